package io.opensergo.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.RuleId;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EtcdKeysTest {

    private final EtcdKeys keys = new EtcdKeys("/shop");

    @ParameterizedTest
    @ValueSource(strings = {"orders", "a/b", "a b", "50%", "GET:/orders/{id}", "订单", "..", "+"})
    void eachNameHasAKeyOfItsOwnWhichTellsTheRule(String name) {
        var id =
                new RuleId("fault-tolerance.opensergo.io/v1alpha1/RateLimitStrategy", "prod", name);

        String key = keys.rule(id).toStringUtf8();

        assertThat(key).startsWith("/shop/rules/").matches("/shop/rules/[^/]+/[^/]+/[^/]+");
        assertThat(keys.ruleOf(key)).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/shop/rules/a",
                "/shop/rules/a/b",
                "/shop/rules/a/b/c/d",
                "/shop/rules/a/b/",
                "/shop/rules/a/b/%zz",
                "/other/rules/a/b/c"
            })
    void otherKeysAreOfNoRule(String key) {
        assertThat(keys.ruleOf(key)).isNull();
    }

    @Test
    void changesAreInTheOrderOfTheirNumbers() {
        assertThat(keys.change(9).toStringUtf8()).isLessThan(keys.change(10).toStringUtf8());
        assertThat(keys.change("10")).isEqualTo(keys.change(10));
        assertThat(keys.change("x")).isNull();
        assertThat(keys.change("1".repeat(40))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:0",
                "localhost:99999",
                "",
                "http://",
                "a b:1",
                "host:x"
            })
    void anEndpointIsAHostAndAPort(String text) {
        assertThatThrownBy(() -> EtcdSettings.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "an endpoint must be host:port, such as localhost:2379, was '"
                                + text
                                + "'");
    }

    @Test
    void endpointsMayBeWrittenAsEtcdctlTakesThemAndAreShownWithoutPasswords() {
        EtcdSettings settings =
                EtcdSettings.of("http://a:1, [::1]:2", "b:3/").withUser("root", "secret");

        assertThat(settings).hasToString("etcd a:1,[::1]:2,b:3/opensergo");
    }

    @Test
    void aPrefixIsAPath() {
        assertThatThrownBy(() -> EtcdSettings.of("a:1").withPrefix("shop/"))
                .hasMessageContaining("prefix must begin with a slash", "was 'shop/'");
    }

    @Test
    void filesOfTlsThatCannotBeReadAreNamed() {
        EtcdSettings settings = EtcdSettings.of("a:1").withTls(Path.of("no-such-file.pem"));

        assertThatThrownBy(() -> new EtcdClient(settings)).hasMessageContaining("no-such-file.pem");
    }
}

package io.opensergo.governance.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes of headers and paths, and where redirects lead. */
class MessageChangesTest {

    private final List<String> made = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private final HeaderChanges.Target target =
            new HeaderChanges.Target() {
                @Override
                public void remove(String name) {
                    made.add("-" + name);
                }

                @Override
                public void set(String name, String value) {
                    made.add(name + "=" + value);
                }

                @Override
                public void add(String name, String value) {
                    made.add(name + "+" + value);
                }
            };

    private HeaderChanges changes(
            List<String> remove, Map<String, String> set, Map<String, String> add) {
        return HeaderChanges.of(remove, set, add, problems::add);
    }

    @Test
    void aRouteChangesWhatItsDestinationHasChanged() {
        HeaderChanges destination = changes(List.of("a"), Map.of("b", "1"), Map.of("c", "2"));
        HeaderChanges route = changes(List.of("c"), Map.of("b", "3"), Map.of());

        destination.then(route).applyTo(target);

        assertThat(made).containsExactly("-a", "b=1", "c+2", "-c", "b=3");
        assertThat(problems).isEmpty();
    }

    @Test
    void headersThatCannotBeChangedAreReportedAndTheOthersAre() {
        changes(
                        List.of("Content-Length"),
                        Map.of(":path", "/", "x-good", "1", "x-split", "a\r\nx-evil: 1"),
                        Map.of("Host", "other"))
                .applyTo(target);

        assertThat(made).containsExactly("x-good=1");
        assertThat(problems)
                .containsExactly(
                        "cannot remove the header 'Content-Length', which the connection needs",
                        "cannot set the header ':path', which is no name of HTTP",
                        "cannot set the header 'x-split': its value has a control character",
                        "cannot add the header 'Host', which the connection needs");
    }

    @Test
    void noChangeIsNone() {
        assertThat(changes(List.of(), Map.of(), Map.of())).isSameAs(HeaderChanges.NONE);
        assertThat(HeaderChanges.NONE.then(HeaderChanges.NONE)).isSameAs(HeaderChanges.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "/api,  /v2,  /api/x?a=/api, /v2/x?a=/api",
        "/api,  /,    /api/x,        /x",
        "/api,  /,    /api,          /",
        "/api/, /v2,  /api/x,        /v2/x",
        "/api/, /v2/, /api/x,        /v2/x",
        "/api/, /v2,  /api/,         /v2",
        "/api,  /v2,  /apis,         /v2s",
        ",      /v2,  /api/x?a=1,    /v2?a=1",
        "/API,  /v2,  /api/x,        /v2/x"
    })
    void aRewriteReplacesThePrefixThatMatchedOrTheWholePath(
            String prefix, String replacement, String path, String rewritten) {
        assertThat(new PathRewrite(replacement, prefix).apply(path)).isEqualTo(rewritten);
    }

    @ParameterizedTest
    @CsvSource({
        "/new, , , 0, http, shop:8080, 8080, /old?a=1, http://shop:8080/new?a=1",
        "/new?b=2, , , 0, http, shop, 80, /old?a=1, http://shop/new?b=2",
        ", , https, 0, http, shop:80, 80, /x, https://shop/x",
        ", , https, 0, http, shop:8080, 8080, /x, https://shop:8080/x",
        ", , https, -1, http, shop:8080, 8080, /x, https://shop/x",
        ", , https, -2, http, shop, 8080, /x, https://shop:8080/x",
        ", , https, 443, http, shop:8080, 8080, /x, https://shop/x",
        ", other.example, , 0, http, shop:8080, 8080, /x, http://other.example/x",
        ", other.example:81, , 0, http, shop, 80, /x, http://other.example:81/x",
        ", , , 9000, , [::1]:8080, 8080, /x, http://[::1]:9000/x",
        ", , , 0, http, [::1], 80, /x, http://[::1]/x",
    })
    void aRedirectLeadsWhereItSaysAndElseWhereTheRequestWent(
            String path,
            String authority,
            String scheme,
            int port,
            String requestScheme,
            String requestAuthority,
            int requestPort,
            String target,
            String location) {
        var redirect = new Redirect(301, path, authority, scheme, port);

        assertThat(redirect.location(requestScheme, requestAuthority, requestPort, target))
                .isEqualTo(location);
    }
}

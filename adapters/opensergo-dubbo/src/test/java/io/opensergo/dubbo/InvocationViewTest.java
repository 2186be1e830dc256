package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.routing.RequestView;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.RpcInvocation;
import org.junit.jupiter.api.Test;

class InvocationViewTest {

    private static final URL SERVICE =
            URL.valueOf(
                    "consumer://127.0.0.1/shop.Prices?interface=shop.Prices&group=g&version=2.0");

    @SuppressWarnings("deprecation") // the other constructors want a model of the service
    private final RpcInvocation invocation = new RpcInvocation();

    private final RequestView view = new InvocationView("shop.Prices", SERVICE, invocation);

    @Test
    void saysWhichServiceAndMethodAreCalled() {
        invocation.setMethodName("price");

        assertThat(view.host()).isEqualTo("shop.Prices");
        assertThat(view.method()).isEqualTo("price");
        assertThat(view.header("group")).isEqualTo("g");
        assertThat(view.header("version")).isEqualTo("2.0");
        assertThat(view.path()).isNull();
    }

    @Test
    void findsAttachmentsInAnyCase() {
        invocation.setAttachment("X-Cohort", "beta");
        invocation.setAttachment("tries", 3);
        invocation.setAttachment("object", new Object());

        assertThat(view.header("x-cohort")).isEqualTo("beta");
        assertThat(view.header("tries")).isEqualTo("3");
        assertThat(view.header("object")).isNull();
        assertThat(view.header("other")).isNull();
    }

    @Test
    void findsArgumentsThatAreTextsOrAlike() {
        invocation.setMethodName("price");
        invocation.setArguments(
                new Object[] {"tea", 7, true, TimeUnit.DAYS, List.of(), null, 0, 0, 0, 0, "ten"});

        assertThat(view.header("arguments[0]")).isEqualTo("tea");
        assertThat(view.header("arguments[1]")).isEqualTo("7");
        assertThat(view.header("arguments[2]")).isEqualTo("true");
        assertThat(view.header("arguments[3]")).isEqualTo("DAYS");
        assertThat(view.header("arguments[10]")).isEqualTo("ten");
        assertThat(view.header("arguments[4]")).as("a list").isNull();
        assertThat(view.header("arguments[5]")).as("null").isNull();
        assertThat(view.header("arguments[11]")).as("too many").isNull();
        for (String malformed :
                List.of(
                        "arguments[",
                        "arguments[]",
                        "arguments[0",
                        "arguments[-1]",
                        "arguments[x]",
                        "arguments[99999999999999999999]")) {
            assertThat(view.header(malformed)).as(malformed).isNull();
        }
    }

    @Test
    void seesTheCallInAGenericOne() {
        invocation.setMethodName("$invoke");
        invocation.setArguments(
                new Object[] {"price", new String[] {"java.lang.String"}, new Object[] {"tea"}});

        assertThat(view.method()).isEqualTo("price");
        assertThat(view.header("arguments[0]")).isEqualTo("tea");
    }
}

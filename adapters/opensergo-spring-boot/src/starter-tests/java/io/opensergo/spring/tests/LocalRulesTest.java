package io.opensergo.spring.tests;

import static io.opensergo.test.OpenSergoAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.governance.Governor;
import io.opensergo.spring.test.AutoConfigureTestGovernor;
import io.opensergo.test.Rules;
import io.opensergo.test.TestGovernor;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** An application under test by local rules: what it would follow otherwise is not asked. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.application.name=shop",
            "opensergo.endpoints=localhost:1",
            "spring.main.web-application-type=servlet",
            "spring.cloud.gateway.server.webflux.enabled=false",
            "spring.cloud.gateway.server.webmvc.enabled=false",
            "spring.autoconfigure.exclude="
                    + "org.springframework.cloud.gateway.server.mvc.filter.FilterAutoConfiguration",
            "spring.main.banner-mode=off",
        })
@AutoConfigureTestGovernor
@Rules(text = LocalRulesTest.TWO_A_SECOND)
class LocalRulesTest {

    static final String TWO_A_SECOND =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: FaultToleranceRule
            metadata: {name: protect, labels: {app: shop}}
            spec:
              targets: [{targetResourceName: "GET:/prices/{id}"}]
              strategies: [{name: two-a-second, kind: RateLimitStrategy}]
            ---
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: two-a-second, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 2, statDurationSeconds: 1}
            """;

    private final HttpClient http = HttpClient.newHttpClient();

    @Autowired private TestGovernor governance;
    @Autowired private Governor governor;

    @Value("${local.server.port}")
    private int port;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Shop {

        @GetMapping("/prices/{id}")
        String price(@PathVariable("id") String id) {
            return "42.00 for " + id;
        }

        @GetMapping("/free")
        String free() {
            return "free";
        }
    }

    @RepeatedTest(2)
    void requestsAreLimitedByTheTimeOfTheTestWhichBeginsAnewEachTime() throws Exception {
        assertThat(status("/prices/7")).isEqualTo(200);
        assertThat(status("/prices/8")).isEqualTo(200);
        assertThat(status("/prices/9")).isEqualTo(429);

        governance.clock().advance(Duration.ofSeconds(2));

        assertThat(status("/prices/9")).isEqualTo(200);
        assertThat(governor.guard("GET:/prices/{id}")).admits(1).thenRefusesBy("two-a-second");
    }

    @Test
    void handlerThatNoRuleNamesIsServed() throws Exception {
        assertThat(status("/free")).isEqualTo(200);
    }

    @Test
    void noClientIsMade(@Autowired ObjectProvider<OpenSergoClient> client) {
        assertThat(client.getIfAvailable()).isNull();
        assertThat((Object) governance.governor()).isSameAs(governor);
    }

    private int status(String path) throws Exception {
        URI uri = URI.create("http://localhost:" + port + path);
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
    }
}

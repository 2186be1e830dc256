package io.opensergo.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.TokenAuthorizer;
import io.opensergo.controlplane.TokenAuthorizer.Grant;
import io.opensergo.controlplane.TokenAuthorizer.Role;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the API says of decisions, against what a governor really decided. */
class DecisionsApiTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SHOP = "/api/v1/decisions?namespace=default&app=shop";

    private static TestConsole console;
    private static OpenSergoClient client;
    private static Governor governor;

    @BeforeAll
    static void start() {
        console = TestConsole.open();
        console.store(
                Texts.limit("orders-per-hour", 10).replace("statDuration: 1s", "statDuration: 1h"),
                Texts.protection("protect-orders", "GET:/orders", "orders-per-hour"),
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: CircuitBreakerStrategy
                metadata: {name: failing, labels: {app: shop}}
                spec:
                  strategy: ErrorRequestRatio
                  triggerRatio: '50%'
                  statDuration: 60s
                  recoveryTimeout: 3600s
                  minRequestAmount: 5
                """,
                Texts.protection("protect-pay", "POST:/pay", "failing")
                        .replace("RateLimitStrategy", "CircuitBreakerStrategy"),
                Texts.protection("protect-gone", "GET:/gone", "no-such-strategy"));
        client =
                OpenSergoClients.builder()
                        .endpoints("http://localhost:" + console.controlPlane().port())
                        .build();
        governor = Governor.of(client, Target.of("default", "shop"));
        governor.ready().block(PATIENCE);
        await().atMost(PATIENCE).until(() -> governor.plan().resources().contains("POST:/pay"));
    }

    @AfterAll
    static void stop() {
        governor.close();
        client.close();
        console.close();
    }

    private static JsonNode shop() {
        return console.get(SHOP).json();
    }

    private static JsonNode resource(String name) {
        for (JsonNode each : shop().get("resources")) {
            if (each.get("resource").asText().equals(name)) {
                return each;
            }
        }
        return OpenApiDocument.JSON.missingNode();
    }

    @Test
    void showsWhatTheLoadReallyGot() {
        await().atMost(PATIENCE).until(() -> resource("GET:/orders").isObject());
        Guard orders = governor.guard("GET:/orders");
        int passed = 0;
        for (int i = 0; i < 25; i++) {
            long token = orders.acquire();
            if (!Guard.isRefused(token)) {
                orders.release(token, Outcome.SUCCESS);
                passed++;
            }
        }
        int expected = passed;

        await().atMost(PATIENCE)
                .until(() -> resource("GET:/orders").path("passed").asInt() == expected);
        JsonNode resource = resource("GET:/orders");
        assertThat(passed).isEqualTo(10);
        assertThat(resource.get("refused").asInt()).isEqualTo(15);
        assertThat(resource.get("instances").asInt()).isEqualTo(1);
        assertThat(resource.at("/strategies/0/name").asText()).isEqualTo("orders-per-hour");
        assertThat(resource.at("/strategies/0/refused").asInt()).isEqualTo(15);
        JsonNode history =
                console.get(
                                "/api/v1/decision-history"
                                        + TestConsole.query(
                                                "app", "shop", "resource", "GET:/orders"))
                        .json();
        assertThat(history.get("points")).hasSize(60);
        assertThat(sum(history, "passed")).isEqualTo(10);
        assertThat(sum(history, "refused")).isEqualTo(15);
        assertThat(sum(console.get("/api/v1/decision-history?app=shop").json(), "refused"))
                .isGreaterThanOrEqualTo(15);
        wouldRefuseIsSaidOfALimitBelowThePeak();
    }

    private static int sum(JsonNode history, String what) {
        int sum = 0;
        for (JsonNode each : history.get("points")) {
            sum += each.get(what).asInt();
        }
        return sum;
    }

    /** By the requests of the test that calls it. */
    private static void wouldRefuseIsSaidOfALimitBelowThePeak() {
        assertThat(traffic(1).get("wouldRefuse").asBoolean()).isTrue();
        assertThat(traffic(1).get("peakPerSecond").asDouble()).isPositive();
        JsonNode much = traffic(1_000_000_000);
        assertThat(much.get("wouldRefuse").asBoolean()).isFalse();
        assertThat(much.get("instances").asInt()).isEqualTo(1);
        assertThat(much.get("limitPerSecond").asDouble()).isGreaterThan(200_000);
    }

    private static JsonNode traffic(int perHour) {
        String text =
                Texts.limit("orders-per-hour", perHour)
                        .replace("statDuration: 1s", "statDuration: 1h");
        return console.post("/api/v1/dry-run", Map.of("puts", List.of(Map.of("text", text))))
                .json()
                .at("/applications/0/traffic/0");
    }

    @Test
    void showsAnOpenBreakerInTheOverview() {
        Guard pay = governor.guard("POST:/pay");
        for (int i = 0; i < 10; i++) {
            long token = pay.acquire();
            if (!Guard.isRefused(token)) {
                pay.release(token, Outcome.failure(new TimeoutException()));
            }
        }

        await().atMost(PATIENCE)
                .until(
                        () ->
                                !console.get("/api/v1/overview")
                                        .json()
                                        .at("/openBreakers/0")
                                        .isMissingNode());
        JsonNode breaker = console.get("/api/v1/overview").json().at("/openBreakers/0");
        assertThat(breaker.get("strategy").asText()).isEqualTo("failing");
        assertThat(breaker.get("resource").asText()).isEqualTo("POST:/pay");
        assertThat(breaker.get("open").asInt()).isEqualTo(1);
        assertThat(resource("POST:/pay").at("/strategies/0/breaker").asBoolean()).isTrue();
    }

    @Test
    void showsInstancesWithTheirVersionsAndWhatTheyMiss() {
        await().atMost(PATIENCE).until(() -> shop().at("/instances/0/reportedAt").isTextual());

        JsonNode instance = shop().at("/instances/0");
        assertThat(instance.get("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
        assertThat(instance.get("behind").asBoolean()).isFalse();
        assertThat(instance.at("/versions").findValuesAsText("kind"))
                .contains("RateLimitStrategy", "FaultToleranceRule");
        assertThat(instance.at("/problems/0/type").asText()).isEqualTo("DANGLING_STRATEGY");
        assertThat(console.get("/api/v1/overview").json().at("/unusable/0/message").asText())
                .contains("no-such-strategy");
    }

    @Test
    void saysNothingOfAnApplicationThatNobodyReports() {
        JsonNode nothing = console.get("/api/v1/decisions?app=nobody").json();

        assertThat(nothing.get("instances")).isEmpty();
        assertThat(nothing.get("resources")).isEmpty();
        assertThat(console.get("/api/v1/decision-history?app=nobody").json().get("points"))
                .allMatch(each -> !each.get("reported").asBoolean());
        assertThat(console.get("/api/v1/decisions").status()).isEqualTo(400);
        assertThat(console.get("/api/v1/decision-history?app=shop&direction=up").status())
                .isEqualTo(400);
    }

    @Test
    void whatATokenDoesNotOpenIsAsIfItWereNotThere() {
        var authorizer =
                TokenAuthorizer.of(
                        new Grant("app", "t1", Set.of("default"), Set.of("shop"), Role.READ),
                        new Grant("bank", "t2", Set.of("default"), Set.of("bank"), Role.READ));
        try (TestConsole guarded = TestConsole.with(settings -> settings.authorizer(authorizer));
                OpenSergoClient reporter =
                        OpenSergoClients.builder()
                                .endpoints("http://localhost:" + guarded.controlPlane().port())
                                .token(() -> "t1")
                                .build();
                Governor reporting = Governor.of(reporter, Target.of("default", "shop"))) {
            assertThat(reporting.plan()).isNotNull();
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    guarded.get(SHOP, "Authorization", "Bearer t1")
                                                    .json()
                                                    .get("totalInstances")
                                                    .asInt()
                                            == 1);

            assertThat(
                            guarded.get(SHOP, "Authorization", "Bearer t2")
                                    .json()
                                    .get("totalInstances")
                                    .asInt())
                    .isZero();
            assertThat(
                            guarded.get(
                                            "/api/v1/decision-history?app=shop",
                                            "Authorization",
                                            "Bearer t2")
                                    .status())
                    .isEqualTo(404);
        }
    }
}

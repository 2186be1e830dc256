package io.opensergo.console;

import static io.opensergo.console.TestConsole.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.console.TestConsole.Reply;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.contract.ServiceContract;
import io.opensergo.rules.contract.ServiceDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** What the API says of rules, clients and applications. Each answer is held against OpenAPI. */
class ReadApiTest {

    private static TestConsole console;

    @BeforeAll
    static void start() {
        console = TestConsole.open();
        console.store(
                Texts.limit("orders-per-second", 10),
                Texts.protection("protect-orders", "GET:/orders/{id}", "orders-per-second"),
                Texts.router("pricing"),
                Texts.limit("other", "bank", "transfers", 5));
    }

    @AfterAll
    static void stop() {
        console.close();
    }

    private static OpenSergoClient client() {
        return OpenSergoClients.builder()
                .endpoints("http://localhost:" + console.controlPlane().port())
                .build();
    }

    @Test
    void overviewShowsApplicationsAndWhoHasWhichVersion() {
        try (OpenSergoClient client = client()) {
            Disposable following =
                    client.rules(Target.of("default", "shop"), RateLimitStrategy.KIND).subscribe();
            await().atMost(TestConsole.PATIENCE)
                    .untilAsserted(
                            () -> {
                                JsonNode shop = app(console.get("/api/v1/overview").json());
                                assertThat(shop.path("subscribers").asInt()).isEqualTo(1);
                                assertThat(shop.path("behind").asInt()).isZero();
                            });
            JsonNode overview = console.get("/api/v1/overview").json();

            assertThat(overview.get("rules").asInt()).isEqualTo(4);
            assertThat(app(overview).get("rules").asInt()).isEqualTo(3);
            assertThat(overview.get("repository").asText()).isEqualTo("test memory");
            assertThat(overview.has("readOnlyReason")).isFalse();
            assertThat(overview.get("problems")).isEmpty();
            assertThat(overview.at("/process/openConnections").asInt()).isPositive();

            JsonNode subscribers =
                    console.get("/api/v1/subscribers?namespace=default&app=shop").json();
            assertThat(subscribers.at("/subscribers/0/subscriptions/0/upToDate").asBoolean())
                    .isTrue();
            assertThat(subscribers.at("/subscribers/0/subscriptions/0/ackedVersion").asText())
                    .isEqualTo(overview.get("revision").asText());
            assertThat(console.get("/api/v1/subscribers?app=bank").json().get("total").asInt())
                    .isZero();
            following.dispose();
        }
    }

    private static JsonNode app(JsonNode overview) {
        for (JsonNode each : overview.get("applications")) {
            if (each.get("app").asText().equals("shop")) {
                return each;
            }
        }
        return OpenApiDocument.JSON.missingNode();
    }

    @Test
    void applicationsShowInstancesAndContractsThatTheyReported() {
        var report =
                ApplicationMetadata.builder()
                        .app("catalog")
                        .node(Node.of("host-1", 17, Instant.parse("2026-11-01T00:00:00Z")))
                        .services(
                                List.of(
                                        ServiceMetadata.builder()
                                                .contract(
                                                        new ServiceContract(
                                                                List.of(
                                                                        ServiceDescriptor.builder()
                                                                                .name("CatalogApi")
                                                                                .methods(
                                                                                        List.of(
                                                                                                MethodDescriptor
                                                                                                        .of(
                                                                                                                "find",
                                                                                                                List
                                                                                                                        .of(
                                                                                                                                "Id"),
                                                                                                                List
                                                                                                                        .of(
                                                                                                                                "Item"))))
                                                                                .build()),
                                                                List.of()))
                                                .protocols(List.of("http"))
                                                .build()))
                        .build();
        try (OpenSergoClient client = client()) {
            client.report(report).block(TestConsole.PATIENCE);

            assertThat(console.get("/api/v1/applications").json().at("/applications/0/services/0"))
                    .hasToString("\"CatalogApi\"");
            JsonNode catalog = console.get("/api/v1/application?app=catalog").json();
            assertThat(catalog.at("/instances/0/hostName").asText()).isEqualTo("host-1");
            assertThat(catalog.at("/services/0/methods/0/name").asText()).isEqualTo("find");
            assertThat(console.get("/api/v1/application?app=none").status()).isEqualTo(404);
        }
    }

    @Test
    void listsRulesByNamespaceApplicationKindAndText() {
        assertThat(console.get("/api/v1/rules").json().get("total").asInt()).isEqualTo(4);
        assertThat(names("?namespace=other")).containsExactly("transfers");
        assertThat(names("?app=shop&kind=RateLimitStrategy")).containsExactly("orders-per-second");
        assertThat(names("?q=PRICING")).containsExactly("pricing");
        assertThat(names("?offset=1&limit=2")).hasSize(2);
        assertThat(console.get("/api/v1/rules?kind=Nothing").problem())
                .contains("there is no kind 'Nothing'", "RateLimitStrategy");
        assertThat(console.get("/api/v1/rules?limit=0").status()).isEqualTo(400);
        assertThat(console.get("/api/v1/rules?ap=shop").problem()).contains("no parameter 'ap'");
    }

    @Test
    void listsRulesWithTheirDocumentsIfAskedTo() {
        JsonNode plain = console.get("/api/v1/rules?app=shop&kind=RateLimitStrategy").json();
        JsonNode full =
                console.get("/api/v1/rules?app=shop&kind=RateLimitStrategy&text=true").json();

        assertThat(plain.at("/rules/0").has("text")).isFalse();
        assertThat(full.at("/rules/0/text").asText()).startsWith("# kept as it is\n");
        assertThat(console.get("/api/v1/rules?text=yes").problem())
                .contains("'text' must be true or false");
    }

    private static List<String> names(String query) {
        return console.get("/api/v1/rules" + query).json().findValuesAsText("name");
    }

    @Test
    void showsARuleAsItWasWrittenWithItsRevision() {
        Reply reply = console.get(rule("default", "orders-per-second"));

        assertThat(reply.json().get("text").asText()).startsWith("# kept as it is\n");
        assertThat(reply.json().at("/rule/state").asText()).isEqualTo("in force");
        assertThat(reply.json().at("/rule/mayWrite").asBoolean()).isTrue();
        assertThat(reply.header("etag"))
                .isEqualTo('"' + reply.json().at("/rule/revision").asText() + '"');
        assertThat(console.get(rule("default", "none")).status()).isEqualTo(404);
    }

    @Test
    void validatesATextWithLineColumnAndPath() {
        String text = Texts.limit("broken", 1).replace("threshold: 1", "treshold: -1");

        JsonNode problems =
                console.post("/api/v1/validate", Map.of("text", text)).json().get("problems");

        assertThat(problems.findValuesAsText("path"))
                .containsExactlyInAnyOrder("spec.threshold", "spec.treshold");
        JsonNode unknown = problems.get(problems.findValuesAsText("path").indexOf("spec.treshold"));
        assertThat(unknown.get("line").asInt()).isEqualTo(9);
        assertThat(unknown.get("column").asInt()).isEqualTo(13);
        assertThat(unknown.get("severity").asText()).isEqualTo("error");
        assertThat(unknown.get("message").asText()).contains("threshold");
        JsonNode good =
                console.post("/api/v1/validate", Map.of("text", Texts.limit("good", 1))).json();
        assertThat(good.get("valid").asBoolean()).isTrue();
        assertThat(good.at("/rules/0/name").asText()).isEqualTo("good");
        assertThat(
                        console.post("/api/v1/validate", Map.of("text", "# nothing"))
                                .json()
                                .get("valid")
                                .asBoolean())
                .isFalse();
    }

    @Test
    void explainsAGuardByTheRulesInForceAndByADraft() {
        Map<String, Object> question =
                Map.of("app", "shop", "resource", "GET:/orders/{id}", "direction", "inbound");

        JsonNode inForce = console.post("/api/v1/explain", question).json();

        assertThat(inForce.at("/guard/isProtected").asBoolean()).isTrue();
        assertThat(inForce.at("/guard/admitted").asBoolean()).isTrue();
        assertThat(inForce.at("/guard/checks/0/strategy").asText()).isEqualTo("orders-per-second");

        var withDraft = new java.util.HashMap<>(question);
        withDraft.put("draft", Texts.limit("orders-per-second", 0));
        JsonNode draft = console.post("/api/v1/explain", withDraft).json();
        assertThat(draft.at("/guard/admitted").asBoolean()).isFalse();
        assertThat(draft.at("/guard/rejectedBy").asText()).isEqualTo("orders-per-second");
    }

    @Test
    void refusesToExplainADirectionThatTheDescriptionDoesNotName() {
        for (String direction : List.of("up", "INBOUND", "")) {
            var answer =
                    console.post(
                            "/api/v1/explain",
                            Map.of("app", "shop", "resource", "a", "direction", direction));

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body())
                    .contains(
                            "'direction' must be 'inbound' or 'outbound', was '" + direction + "'");
        }
    }

    @Test
    void explainsARouteConditionByCondition() {
        JsonNode route =
                console.post(
                                "/api/v1/explain",
                                Map.of(
                                        "app",
                                        "shop",
                                        "request",
                                        Map.of(
                                                "host",
                                                "pricing",
                                                "path",
                                                "/",
                                                "headers",
                                                Map.of("X-Env", List.of("beta")))))
                        .json();

        assertThat(route.at("/route/found").asBoolean()).isTrue();
        assertThat(route.at("/route/destination").asText()).isEqualTo("pricing/beta");
        JsonNode condition = route.at("/route/routers/0/routes/0/matches/0/conditions/0");
        assertThat(condition.get("subject").asText()).isEqualTo("header x-env");
        assertThat(condition.get("found").asText()).isEqualTo("beta");
        assertThat(route.get("problems")).isEmpty();
    }

    @Test
    void refusesAQuestionThatAsksNothing() {
        assertThat(console.post("/api/v1/explain", Map.of("app", "shop")).problem())
                .contains("nothing to explain");
        assertThat(console.post("/api/v1/explain", Map.of("resource", "a")).problem())
                .contains("'app' is missing");
        assertThat(
                        console.post(
                                        "/api/v1/explain",
                                        Map.of("app", "shop", "resource", "a", "draft", "kind: X"))
                                .status())
                .isEqualTo(422);
    }

    @Test
    void answersHeadLikeGetWithoutABody() {
        Reply head = console.send("HEAD", "/api/v1/kinds", null);

        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.header("content-length"))
                .isEqualTo(console.get("/api/v1/kinds").header("content-length"));
    }

    @Test
    void saysWhichMethodsAndTypesItTakes() {
        Reply method = console.send("PATCH", "/api/v1/rule", null);
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.header("allow")).isEqualTo("DELETE, GET, HEAD, PUT");

        Reply type = console.post("/api/v1/validate", "text=1", "Content-Type", "text/plain");
        assertThat(type.status()).isEqualTo(415);
        assertThat(type.problem()).contains("application/json");
        assertThat(console.get("/nothing").status()).isEqualTo(404);
    }

    @Test
    void readsJsonStrictly() {
        assertThat(console.post("/api/v1/validate", "{\"text\": \"a\", \"text\": \"b\"}").problem())
                .contains("Duplicate");
        assertThat(console.post("/api/v1/validate", "{\"txt\": \"a\"}").problem())
                .contains("txt")
                .doesNotContain("io.opensergo");
        assertThat(console.post("/api/v1/validate", "{\"text\": 1}").status()).isEqualTo(400);
        assertThat(console.post("/api/v1/validate", "{\"text\": \"a\"} x").status()).isEqualTo(400);
        assertThat(console.post("/api/v1/validate", "null").status()).isEqualTo(400);
        assertThat(console.post("/api/v1/validate", "[".repeat(10_000)).status()).isEqualTo(400);
        assertThat(
                        console.post(
                                        "/api/v1/explain",
                                        "{\"app\": \"a\", \"request\": {\"headers\": {\"x\": null}}}")
                                .status())
                .isEqualTo(400);
    }
}

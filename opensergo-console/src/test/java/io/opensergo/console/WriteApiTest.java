package io.opensergo.console;

import static io.opensergo.console.TestConsole.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.console.TestConsole.Reply;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** Changing rules, taking changes back, and asking before what a change would do. */
class WriteApiTest {

    private TestConsole console;

    @BeforeEach
    void start() {
        console = TestConsole.open();
    }

    @AfterEach
    void stop() {
        console.failCommits(null);
        console.close();
    }

    private Reply put(String name, String text, String... headers) {
        return console.send(
                "PUT", rule("default", name), Map.of("text", text, "message", "because"), headers);
    }

    private static String etagOf(Reply reply) {
        assertThat(reply.header("etag")).matches("\"[0-9a-f]{32}\"");
        return reply.header("etag");
    }

    @Test
    void aRuleThatIsSavedComesToTheClientThatFollowsIt() {
        List<Long> thresholds = new CopyOnWriteArrayList<>();
        try (OpenSergoClient client =
                OpenSergoClients.builder()
                        .endpoints("http://localhost:" + console.controlPlane().port())
                        .build()) {
            Disposable following =
                    client.rules(Target.of("default", "shop"), RateLimitStrategy.KIND)
                            .map(RuleSnapshot::rules)
                            .subscribe(rules -> rules.forEach(r -> thresholds.add(r.threshold())));

            Reply created = put("limit", Texts.limit("limit", 10), "If-None-Match", "*");
            assertThat(created.status()).isEqualTo(201);
            await().atMost(TestConsole.PATIENCE).until(() -> thresholds.contains(10L));
            Reply changed = put("limit", Texts.limit("limit", 20), "If-Match", etagOf(created));

            assertThat(changed.status()).isEqualTo(200);
            await().atMost(TestConsole.PATIENCE).until(() -> thresholds.contains(20L));
            following.dispose();
        }
    }

    @Test
    void theSecondOfTwoEditorsIsToldWhatTheFirstHasWritten() {
        Reply created = put("limit", Texts.limit("limit", 10), "If-None-Match", "*");
        assertThat(put("limit", Texts.limit("limit", 11), "If-Match", etagOf(created)).status())
                .isEqualTo(200);

        Reply second = put("limit", Texts.limit("limit", 12), "If-Match", etagOf(created));

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.json().at("/conflicts/0/currentText").asText()).contains("threshold: 11");
        assertThat(put("limit", Texts.limit("limit", 9), "If-None-Match", "*").status())
                .isEqualTo(409);
        assertThat(console.get(rule("default", "limit")).body()).contains("threshold: 11");
    }

    @Test
    void aChangeSaysWhichRevisionItExpects() {
        assertThat(put("limit", Texts.limit("limit", 1)).status()).isEqualTo(428);
        assertThat(put("limit", Texts.limit("limit", 1), "If-Match", "*").status()).isEqualTo(428);
        assertThat(console.send("DELETE", rule("default", "limit"), null).status()).isEqualTo(428);
    }

    @Test
    void whatIsNoRuleIsNotStoredAndIsSaidWithItsPlace() {
        Reply reply =
                put("limit", Texts.limit("limit", 1).replace("1s", "soon"), "If-None-Match", "*");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().at("/problems/0/path").asText()).isEqualTo("spec.statDuration");
        assertThat(reply.json().at("/problems/0/line").asInt()).isEqualTo(10);
        assertThat(put("limit", "# nothing", "If-None-Match", "*").status()).isEqualTo(422);
        assertThat(put("other", Texts.limit("limit", 1), "If-None-Match", "*").problem())
                .contains("the query names");
        assertThat(console.get("/api/v1/rules").json().get("total").asInt()).isZero();
    }

    @Test
    void aBatchIsStoredWholeOrNotAtAll() {
        console.store(Texts.limit("a", 1));
        Map<String, Object> half =
                Map.of(
                        "puts",
                        List.of(
                                Map.of("text", Texts.limit("b", 1)),
                                Map.of("text", Texts.limit("a", 2))));

        assertThat(console.post("/api/v1/changes", half).status()).isEqualTo(409);
        assertThat(console.get("/api/v1/rules").json().get("total").asInt()).isEqualTo(1);

        String revision = console.get(rule("default", "a")).json().at("/rule/revision").asText();
        Map<String, Object> whole =
                Map.of(
                        "message",
                        "b for a",
                        "puts",
                        List.of(Map.of("text", Texts.limit("b", 1))),
                        "deletes",
                        List.of(
                                Map.of(
                                        "kind",
                                        RateLimitStrategy.KIND.wireName(),
                                        "namespace",
                                        "default",
                                        "name",
                                        "a",
                                        "expectedRevision",
                                        revision)));
        assertThat(console.post("/api/v1/changes", whole).status()).isEqualTo(200);
        assertThat(console.get("/api/v1/rules").json().at("/rules/0/name").asText()).isEqualTo("b");
        assertThat(console.post("/api/v1/changes", Map.of()).problem())
                .contains("nothing to change");
    }

    @Test
    void theHistorySaysWhoChangedWhatAndAChangeCanBeTakenBack() {
        Reply created = put("limit", Texts.limit("limit", 10), "If-None-Match", "*");
        put("limit", Texts.limit("limit", 99), "If-Match", etagOf(created));

        JsonNode latest = console.get("/api/v1/changes?limit=1").json().at("/changes/0");
        assertThat(latest.get("message").asText()).isEqualTo("because");
        assertThat(latest.get("origin").asText()).startsWith("127.0.0.1:");
        assertThat(latest.at("/entries/0/diff").asText())
                .contains("-  threshold: 10", "+  threshold: 99");
        assertThat(
                        console.get(rule("default", "limit").replace("/rule", "/changes"))
                                .json()
                                .get("changes"))
                .hasSize(2);

        Reply restored =
                console.post("/api/v1/restore", Map.of("change", latest.get("id").asText()));

        assertThat(restored.status()).isEqualTo(200);
        Reply before = console.get(rule("default", "limit"));
        assertThat(before.body()).contains("threshold: 10");
        put("limit", Texts.limit("limit", 5), "If-Match", etagOf(before));
        assertThat(
                        console.post("/api/v1/restore", Map.of("change", latest.get("id").asText()))
                                .status())
                .isEqualTo(409);
        assertThat(console.post("/api/v1/restore", Map.of("change", "none")).status())
                .isEqualTo(404);
    }

    @Test
    void deletesTheRevisionThatWasRead() {
        console.store(Texts.limit("limit", 1));
        String etag = console.get(rule("default", "limit")).header("etag");

        Reply gone = console.send("DELETE", rule("default", "limit"), null, "If-Match", etag);

        assertThat(gone.status()).isEqualTo(200);
        assertThat(console.get(rule("default", "limit")).status()).isEqualTo(404);
        assertThat(
                        console.send("DELETE", rule("default", "limit"), null, "If-Match", etag)
                                .status())
                .isEqualTo(404);
    }

    @Test
    void aDryRunTellsWhatWouldChangeAndForWhomAndChangesNothing() {
        console.store(
                Texts.limit("orders", 10),
                Texts.protection("protect", "GET:/orders", "orders"),
                Texts.protection("protect-cart", "GET:/cart", "missing"));
        try (OpenSergoClient client =
                OpenSergoClients.builder()
                        .endpoints("http://localhost:" + console.controlPlane().port())
                        .build()) {
            Disposable following =
                    client.rules(Target.of("default", "shop"), RateLimitStrategy.KIND).subscribe();
            await().atMost(TestConsole.PATIENCE)
                    .until(() -> !console.controlPlane().status().subscribers().isEmpty());
            String revision =
                    console.get(rule("default", "orders")).json().at("/rule/revision").asText();

            JsonNode run =
                    console.post(
                                    "/api/v1/dry-run",
                                    Map.of(
                                            "puts",
                                            List.of(
                                                    Map.of(
                                                            "text",
                                                            Texts.limit("orders", 20),
                                                            "expectedRevision",
                                                            revision),
                                                    Map.of("text", Texts.limit("missing", 1)))))
                            .json();

            assertThat(run.get("applies").asBoolean()).isTrue();
            assertThat(run.get("rules").findValuesAsText("what"))
                    .containsExactly("changed", "created");
            assertThat(run.at("/rules/0/diff").asText()).contains("+  threshold: 20");
            JsonNode shop = run.at("/applications/0");
            assertThat(shop.get("subscribers").asInt()).isEqualTo(1);
            assertThat(shop.at("/told/0/kinds/0").asText())
                    .isEqualTo(RateLimitStrategy.KIND.wireName());
            assertThat(shop.at("/resources/changed").toString())
                    .isEqualTo("[\"GET:/cart\",\"GET:/orders\"]");
            assertThat(shop.get("newProblems")).isEmpty();
            assertThat(shop.at("/goneProblems/0/type").asText()).isEqualTo("DANGLING_STRATEGY");
            assertThat(console.get(rule("default", "orders")).body()).contains("threshold: 10");
            following.dispose();
        }
    }

    @Test
    void aDryRunOfADeletionSaysWhichReferencesWouldLeadNowhere() {
        console.store(
                Texts.limit("orders", 10),
                Texts.protection("protect", "GET:/orders", "orders"),
                Texts.router("pricing"));
        JsonNode run =
                console.post(
                                "/api/v1/dry-run",
                                Map.of(
                                        "deletes",
                                        List.of(
                                                Map.of(
                                                        "kind",
                                                        RateLimitStrategy.KIND.wireName(),
                                                        "namespace",
                                                        "default",
                                                        "name",
                                                        "orders",
                                                        "expectedRevision",
                                                        "0"))))
                        .json();

        assertThat(run.get("applies").asBoolean()).isFalse();
        assertThat(run.at("/rules/0/conflict/currentText").asText()).contains("threshold: 10");
        assertThat(run.at("/applications/0/newProblems/0/type").asText())
                .isEqualTo("DANGLING_STRATEGY");
        assertThat(run.at("/applications/0/routers/changed")).isEmpty();
    }

    @Test
    void aRepositoryThatFailsOrMayNotBeWrittenChangesNothingAndSaysWhy() {
        console.failCommits(
                new UncheckedIOException("the disk is full", new IOException("no space")));
        Reply failed = put("limit", Texts.limit("limit", 1), "If-None-Match", "*");
        assertThat(failed.status()).isEqualTo(503);
        assertThat(failed.problem()).contains("nothing was changed", "the disk is full");
        console.failCommits(new IllegalStateException("a secret of the inside"));
        assertThat(put("limit", Texts.limit("limit", 1), "If-None-Match", "*").body())
                .doesNotContain("secret", "at io.");
        console.failCommits(new StackOverflowError());
        assertThat(put("limit", Texts.limit("limit", 1), "If-None-Match", "*").status())
                .isEqualTo(500);

        console.readOnly("a merge is under way: finish it");
        assertThat(console.get("/api/v1/overview").json().get("readOnlyReason").asText())
                .contains("merge");
        assertThat(console.get("/api/v1/rules").json().get("readOnlyReason").asText())
                .contains("merge");
    }

    @Test
    void theAuditLogHasWhatWasDoneAndWhatWasRefused() {
        put("limit", Texts.limit("limit", 1), "If-None-Match", "*");
        put("limit", Texts.limit("limit", 2), "If-Match", "\"0\"");
        put("limit", "nothing", "If-Match", "\"0\"");

        JsonNode events = console.get("/api/v1/audit?action=change").json().get("events");

        assertThat(events.findValuesAsText("outcome"))
                .containsExactly("refused", "refused", "done");
        assertThat(events.get(2).get("detail").asText())
                .contains("put RateLimitStrategy default/limit");
        assertThat(console.get("/api/v1/audit?outcome=done").json().get("events")).hasSize(1);
    }

    @Test
    void showsTheDifferenceOfTwoTexts() {
        assertThat(
                        console.post("/api/v1/diff", Map.of("before", "a\nb\n", "after", "a\nc\n"))
                                .json()
                                .get("diff")
                                .asText())
                .contains("-b", "+c");
    }

    @Test
    void whatMayStandInANameIsFoundByIt() {
        String name = "<img src=x onerror=alert(1)>/..;%2f&\"'#?";
        String text =
                Texts.limit("x", 1).replace("name: x", "name: '" + name.replace("'", "''") + "'");

        assertThat(put(name, text, "If-None-Match", "*").status()).isEqualTo(201);

        assertThat(console.get(rule("default", name)).json().at("/rule/name").asText())
                .isEqualTo(name);
    }
}

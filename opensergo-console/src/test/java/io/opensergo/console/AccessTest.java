package io.opensergo.console;

import static io.opensergo.console.TestConsole.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.console.TestConsole.Reply;
import io.opensergo.controlplane.Authorizer;
import io.opensergo.controlplane.ClientCredentials;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.TokenAuthorizer;
import io.opensergo.controlplane.TokenAuthorizer.Grant;
import io.opensergo.controlplane.TokenAuthorizer.Role;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may do what, and what other pages cannot do. */
class AccessTest {

    private static final Set<String> ALL = Set.of("*");
    private static final String OPS = "ops-token";
    private static final String SHOP = "shop-token";
    private static final String READER = "reader-token";

    /** An authorizer whose grants a test changes. */
    private static final class Changing implements Authorizer {

        final AtomicReference<Authorizer> now =
                new AtomicReference<>(
                        TokenAuthorizer.of(
                                new Grant("ops", OPS, ALL, ALL, Role.WRITE),
                                new Grant("shop", SHOP, ALL, Set.of("shop"), Role.WRITE),
                                new Grant("reader", READER, ALL, ALL)));

        @Override
        public @Nullable String authenticate(ClientCredentials credentials) {
            return now.get().authenticate(credentials);
        }

        @Override
        public boolean mayRead(String client, String namespace, String app, String kind) {
            return now.get().mayRead(client, namespace, app, kind);
        }

        @Override
        public boolean mayReport(String client, String app) {
            return now.get().mayReport(client, app);
        }

        @Override
        public boolean mayWrite(String client, String namespace, String app, String kind) {
            return now.get().mayWrite(client, namespace, app, kind);
        }

        @Override
        public boolean maySeeAll(String client) {
            return now.get().maySeeAll(client);
        }
    }

    private final Changing authorizer = new Changing();
    private TestConsole console;

    @BeforeEach
    void start() {
        console = TestConsole.with(settings -> settings.authorizer(authorizer));
        console.store(Texts.limit("mine", 10), Texts.limit("default", "bank", "theirs", 10));
    }

    @AfterEach
    void stop() {
        console.close();
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token, "X-OpenSergo-Console", ""};
    }

    private String login(String token) {
        Reply reply = console.post("/api/v1/session", Map.of("token", token));
        assertThat(reply.status()).isEqualTo(204);
        return reply.cookie();
    }

    @Test
    void withoutATokenThereIsNothing() {
        for (String operation : OpenApiDocument.operations()) {
            String method = operation.substring(0, operation.indexOf(' '));
            String path = operation.substring(operation.indexOf(' ') + 1);
            if (path.equals("/api/v1/openapi.json") || operation.equals("POST /api/v1/session")) {
                continue;
            }
            Object body = method.equals("POST") || method.equals("PUT") ? Map.of() : null;
            Reply refused = console.send(method, path, body);
            assertThat(refused.status()).as(operation).isEqualTo(401);
            assertThat("close".equals(refused.header("connection")))
                    .as("whether a body stays unread, so that the connection ends")
                    .isEqualTo(body != null);
        }
    }

    @Test
    void whatATokenDoesNotOpenIsAsIfItWereNotThere() {
        JsonNode rules = console.get("/api/v1/rules", bearer(SHOP)).json();

        assertThat(rules.findValuesAsText("name")).containsExactly("mine");
        assertThat(console.get(rule("default", "theirs"), bearer(SHOP)).problem())
                .isEqualTo(
                        console.get(rule("default", "none"), bearer(SHOP))
                                .problem()
                                .replace("none", "theirs"));
        JsonNode overview = console.get("/api/v1/overview", bearer(SHOP)).json();
        assertThat(overview.get("rules").asInt()).isEqualTo(1);
        assertThat(overview.get("applications").findValuesAsText("app")).containsExactly("shop");
        assertThat(overview.has("problems")).isFalse();
        assertThat(overview.has("process")).isFalse();
        assertThat(console.get("/api/v1/changes", bearer(SHOP)).json().toString())
                .contains("mine")
                .doesNotContain("theirs");
        assertThat(console.get("/api/v1/audit", bearer(SHOP)).status()).isEqualTo(403);
        assertThat(console.get("/api/v1/audit", bearer(READER)).status()).isEqualTo(200);
        JsonNode explained =
                console.post(
                                "/api/v1/explain",
                                Map.of("app", "bank", "resource", "a"),
                                bearer(SHOP))
                        .json();
        assertThat(explained.at("/guard/isProtected").asBoolean()).isFalse();
    }

    @Test
    void onlyAWriterChangesRulesAndOnlyItsOwn() {
        Map<String, Object> change = Map.of("puts", List.of(Map.of("text", Texts.limit("new", 1))));
        Map<String, Object> ofAnother =
                Map.of("puts", List.of(Map.of("text", Texts.limit("default", "bank", "new", 1))));
        Map<String, Object> takeover =
                Map.of("puts", List.of(Map.of("text", Texts.limit("theirs", 1))));

        assertThat(console.post("/api/v1/changes", change, bearer(READER)).status()).isEqualTo(403);
        assertThat(console.post("/api/v1/changes", ofAnother, bearer(SHOP)).status())
                .isEqualTo(403);
        assertThat(console.post("/api/v1/changes", takeover, bearer(SHOP)).status()).isEqualTo(403);
        assertThat(console.post("/api/v1/dry-run", takeover, bearer(SHOP)).status()).isEqualTo(403);
        assertThat(
                        console.post(
                                        "/api/v1/changes",
                                        Map.of(
                                                "deletes",
                                                List.of(
                                                        Map.of(
                                                                "kind",
                                                                RateLimitStrategy.KIND.wireName(),
                                                                "namespace",
                                                                "default",
                                                                "name",
                                                                "theirs",
                                                                "expectedRevision",
                                                                "0"))),
                                        bearer(SHOP))
                                .status())
                .isEqualTo(404);
        assertThat(console.post("/api/v1/changes", change, bearer(SHOP)).status()).isEqualTo(200);
        JsonNode latest =
                console.get("/api/v1/changes?limit=1", bearer(SHOP)).json().at("/changes/0");
        assertThat(latest.get("author").asText()).isEqualTo("shop");
        assertThat(console.get("/api/v1/rules", bearer(READER)).json().findValuesAsText("mayWrite"))
                .containsOnly("false");
    }

    @Test
    void aChangeOfSomebodyElsesRuleCannotBeTakenBack() {
        String id = console.get("/api/v1/changes", bearer(OPS)).json().at("/changes/0/id").asText();

        assertThat(console.post("/api/v1/restore", Map.of("change", id), bearer(SHOP)).status())
                .isEqualTo(404);
        assertThat(console.post("/api/v1/restore", Map.of("change", id), bearer(READER)).status())
                .isEqualTo(403);
    }

    @Test
    void aPersonLogsInWithATokenAndOutAgain() {
        Reply login = console.post("/api/v1/session", Map.of("token", SHOP));

        assertThat(login.header("set-cookie"))
                .matches(
                        "opensergo-session=[\\w-]{43}; Path=/; Max-Age=43200; HttpOnly;"
                                + " SameSite=Strict");
        String cookie = login.cookie();
        JsonNode who = console.get("/api/v1/session", "Cookie", cookie).json();
        assertThat(who.get("name").asText()).isEqualTo("shop");
        assertThat(who.get("proof").asText()).isEqualTo("session");
        assertThat(who.get("seesAll").asBoolean()).isFalse();

        Reply logout = console.send("DELETE", "/api/v1/session", null, "Cookie", cookie);
        assertThat(logout.status()).isEqualTo(204);
        assertThat(logout.header("set-cookie")).contains("opensergo-session=;", "Max-Age=0");
        assertThat(console.get("/api/v1/session", "Cookie", cookie).status()).isEqualTo(401);
    }

    @Test
    void aSessionEndsWithItsTokensGrant() {
        String cookie = login(SHOP);
        authorizer.now.set(TokenAuthorizer.of(new Grant("shop", "another", ALL, Set.of("shop"))));

        assertThat(console.get("/api/v1/rules", "Cookie", cookie).status()).isEqualTo(401);
    }

    @Test
    void anAuthorizerThatFailsLetsNobodyInAndEndsNoSession() {
        String cookie = login(SHOP);
        Authorizer before = authorizer.now.get();
        authorizer.now.set(
                new Authorizer() {
                    @Override
                    public @Nullable String authenticate(ClientCredentials credentials) {
                        throw new IllegalStateException("on purpose");
                    }

                    @Override
                    public boolean mayRead(String client, String ns, String app, String kind) {
                        throw new IllegalStateException("on purpose");
                    }
                });
        assertThat(console.get("/index.html", "Cookie", cookie).status()).isEqualTo(200);
        Reply reply = console.get("/api/v1/kinds", "Cookie", cookie);
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.body()).doesNotContain("on purpose");
        authorizer.now.set(before);

        assertThat(console.get("/api/v1/rules", "Cookie", cookie).status()).isEqualTo(200);
    }

    @Test
    void wrongTokensAreSlowedDownWhereverTheyStand() {
        for (int i = 0; i < 5; i++) {
            assertThat(console.post("/api/v1/session", Map.of("token", "wrong" + i)).status())
                    .isEqualTo(401);
            assertThat(console.get("/api/v1/rules", bearer("wrong" + i)).status()).isEqualTo(401);
        }
        Reply next =
                console.post(
                        "/api/v1/session",
                        Map.of("token", SHOP),
                        "X-Forwarded-For",
                        "10.1.2.3",
                        "Forwarded",
                        "for=10.1.2.3");

        assertThat(next.status()).isEqualTo(429);
        assertThat(Integer.parseInt(next.header("retry-after"))).isPositive();
        assertThat(console.get("/api/v1/rules", bearer(SHOP)).status()).isEqualTo(429);
    }

    @Test
    void wrongTokensOfOthersEndNoSession() {
        String cookie = login(SHOP);
        for (int i = 0; i < 20; i++) {
            console.get("/api/v1/rules", bearer("wrong" + i));
        }

        assertThat(console.get("/api/v1/rules", "Cookie", cookie).status()).isEqualTo(200);
    }

    @Test
    void anotherSiteCannotUseASession() {
        String cookie = login(SHOP);
        Map<String, Object> change = Map.of("puts", List.of(Map.of("text", Texts.limit("new", 1))));

        assertThat(
                        console.post(
                                        "/api/v1/changes",
                                        change,
                                        "Cookie",
                                        cookie,
                                        "X-OpenSergo-Console",
                                        "")
                                .problem())
                .contains("X-OpenSergo-Console");
        assertThat(
                        console.post(
                                        "/api/v1/changes",
                                        change,
                                        "Cookie",
                                        cookie,
                                        "Sec-Fetch-Site",
                                        "same-site")
                                .status())
                .isEqualTo(403);
        assertThat(
                        console.post(
                                        "/api/v1/changes",
                                        change,
                                        "Cookie",
                                        cookie,
                                        "Origin",
                                        "http://localhost:1")
                                .status())
                .isEqualTo(403);
        assertThat(
                        console.post("/api/v1/changes", change, "Cookie", cookie, "Origin", "null")
                                .status())
                .isEqualTo(403);
        assertThat(
                        console.post(
                                        "/api/v1/session",
                                        Map.of("token", SHOP),
                                        "Origin",
                                        "https://evil.example")
                                .status())
                .isEqualTo(403);
        assertThat(
                        console.post(
                                        "/api/v1/changes",
                                        change,
                                        "Cookie",
                                        cookie,
                                        "Origin",
                                        "http://localhost:" + console.port())
                                .status())
                .isEqualTo(200);
        assertThat(console.get("/api/v1/audit?outcome=refused", bearer(OPS)).json().get("events"))
                .hasSize(4);
    }

    @Test
    void anAnswerLetsABrowserDoNothingBesideThePage() {
        for (String path : List.of("/", "/api/v1/openapi.json", "/api/v1/rules", "/none")) {
            Reply reply = console.get(path);
            assertThat(reply.header("content-security-policy"))
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(reply.header("referrer-policy")).isEqualTo("no-referrer");
            assertThat(reply.header("cross-origin-resource-policy")).isEqualTo("same-origin");
            assertThat(reply.header("access-control-allow-origin")).isEmpty();
            assertThat(reply.header("server")).isEmpty();
        }
        assertThat(console.get("/api/v1/rules").header("cache-control")).isEqualTo("no-store");
    }

    @Test
    void withoutTokensOtherMachinesCannotReachIt() {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> Console.builder(controlPlane).host("0.0.0.0").port(0).start())
                    .withMessageContaining("give the control plane an authorizer");
        }
    }
}

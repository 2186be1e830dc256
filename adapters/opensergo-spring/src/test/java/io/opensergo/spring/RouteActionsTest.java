package io.opensergo.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opensergo.governance.Governor;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.spring.RoutedClients.Caller;
import io.opensergo.spring.RoutedClients.Kind;
import io.opensergo.spring.RoutedClients.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a route asks for besides instances, by every client, over sockets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteActionsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<String> copies = new CopyOnWriteArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private HttpServer server;
    private HttpServer other;
    private Governor governor;

    @BeforeAll
    void start() throws IOException {
        server = serve(exchange -> answer(exchange, received));
        other = serve(exchange -> answer(exchange, copies));
    }

    @AfterAll
    void stop() {
        closed.countDown();
        server.stop(0);
        other.stop(0);
        threads.shutdownNow();
    }

    /** Whatever has happened to a call, its place is free again. */
    @AfterEach
    void nothingIsLeft() {
        for (String method : List.of("GET", "PUT", "POST")) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(
                                                    governor.stats(
                                                                    method + ":localhost",
                                                                    TrafficDirection.OUTBOUND)
                                                            .inFlight())
                                            .isZero());
        }
        governor.close();
        received.clear();
        copies.clear();
        failures.set(0);
    }

    private HttpServer serve(com.sun.net.httpserver.HttpHandler handler) throws IOException {
        var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", handler);
        http.setExecutor(threads);
        http.start();
        return http;
    }

    private void answer(HttpExchange exchange, List<String> heard) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        heard.add(
                exchange.getRequestMethod()
                        + " "
                        + exchange.getRequestURI()
                        + " "
                        + body
                        + exchange.getRequestHeaders().get("x-behind")
                        + exchange.getRequestHeaders().getOrDefault("x-rule", List.of()));
        if (exchange.getRequestURI().getPath().startsWith("/silent")) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.getResponseHeaders().set("x-server", "1");
        exchange.getResponseHeaders().set("content-type", "text/plain");
        boolean fails = failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        byte[] answer = ("heard " + body).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(fails ? 503 : 200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    /** Returns a client under a router with one route, which guards count. */
    private Caller client(Kind kind, String actions) {
        governor =
                Governor.of(
                        RuleReader.strict()
                                .read(
                                        RULES.replace(
                                                "ACTIONS",
                                                actions.strip().replace("\n", "\n      ")),
                                        "test")
                                .orThrow());
        return RoutedClients.of(kind, governor);
    }

    private static final String RULES =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: ConcurrencyLimitStrategy
            metadata: {name: many}
            spec: {maxConcurrency: 100000, limitMode: Local}
            ---
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: FaultToleranceRule
            metadata: {name: counts}
            spec:
              targets:
                - {targetResourceName: 'GET:localhost'}
                - {targetResourceName: 'PUT:localhost'}
                - {targetResourceName: 'POST:localhost'}
              strategies: [{name: many, kind: ConcurrencyLimitStrategy}]
            ---
            apiVersion: traffic.opensergo.io/v1alpha1
            kind: TrafficRouter
            metadata: {name: prices}
            spec:
              hosts: [localhost]
              http:
                - match: [{uri: {prefix: /}}]
                  ACTIONS
            """;

    private static String to(String actions) {
        return "route: [{destination: {host: localhost}}]\n" + actions;
    }

    private String url(String path) {
        return "http://localhost:" + server.getAddress().getPort() + path;
    }

    @Nested
    class Retries {

        @ParameterizedTest
        @EnumSource
        void aFailedCallIsMadeAgainWithItsBodyThroughAllThatStandsBehind(Kind kind)
                throws Exception {
            Caller client = client(kind, to("retries: {attempts: 3, retryOn: 5xx}"));
            failures.set(2);

            Reply reply = client.call("PUT", url("/a?b=1"), "body", Map.of());

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body()).isEqualTo("heard body");
            assertThat(received).hasSize(3).containsOnly("PUT /a?b=1 body[1][]");
        }

        @ParameterizedTest
        @EnumSource
        void theLastFailureIsWhatTheCallerGets(Kind kind) throws Exception {
            Caller client = client(kind, to("retries: {attempts: 2, retryOn: 5xx}"));
            failures.set(10);

            assertThat(client.call("GET", url("/a"), "", Map.of()).status()).isEqualTo(503);
            assertThat(received).hasSize(3);
        }

        @ParameterizedTest
        @EnumSource
        void aPostIsMadeAgainOnlyWithAnIdempotencyKey(Kind kind) throws Exception {
            Caller client = client(kind, to("retries: {attempts: 3, retryOn: 5xx}"));
            failures.set(1);
            assertThat(client.call("POST", url("/a"), "x", Map.of()).status()).isEqualTo(503);
            assertThat(received).hasSize(1);

            failures.set(1);
            Map<String, String> key = Map.of("Idempotency-Key", "4711");
            assertThat(client.call("POST", url("/a"), "x", key).status()).isEqualTo(200);
            assertThat(received).hasSize(3);
        }

        @ParameterizedTest
        @EnumSource
        void retriesStayWithinTheirBudget(Kind kind) throws Exception {
            Caller client = client(kind, to("retries: {attempts: 1, retryOn: 5xx}"));
            failures.set(1_000_000);

            // the budget is 20 at first, and gets one for five calls and for each second
            for (int i = 0; i < 100; i++) {
                assertThat(client.call("GET", url("/a"), "", Map.of()).status()).isEqualTo(503);
            }

            assertThat(received.size()).isGreaterThanOrEqualTo(120).isLessThan(200);
        }

        @ParameterizedTest
        @EnumSource
        void whereNobodyListensTheCallIsMadeAgainWhateverItsMethod(Kind kind) throws Exception {
            Caller client = client(kind, to("retries: {attempts: 2, retryOn: connect-failure}"));
            HttpServer gone = serve(exchange -> {});
            String url = "http://localhost:" + gone.getAddress().getPort() + "/a";
            gone.stop(0);

            assertThatThrownBy(() -> client.call("POST", url, "x", Map.of()))
                    .isInstanceOf(Exception.class);
            assertThat(client.behind()).isEqualTo(3);
        }

        @ParameterizedTest
        @EnumSource
        void aRefusalIsNeverTriedAgain(Kind kind) {
            Caller client =
                    client(
                            kind,
                            to("retries: {attempts: 3, retryOn: '5xx,reset,connect-failure'}"));
            client.refuse();

            assertThatThrownBy(() -> client.call("GET", url("/a"), "", Map.of()))
                    .satisfies(
                            error ->
                                    assertThat(error)
                                            .hasStackTraceContaining(
                                                    RequestRejectedException.class.getName()));
            assertThat(client.behind()).isEqualTo(1);
        }

        @Test
        void aClientHonoursWhatTheTableSays() {
            client(
                    Kind.REST_CLIENT,
                    to(
                            "retries: {retryRemoteLocalities: true}\ncorsPolicy: {allowOrigins: [{exact: a}]}"));

            assertThat(governor.plan().problems().toString())
                    .contains("corsPolicy")
                    .contains("retryRemoteLocalities")
                    .doesNotContain("retries ");
        }
    }

    @Nested
    class TimeLimits {

        @ParameterizedTest
        @EnumSource
        void aCallFailsWhenItsTimeIsOver(Kind kind) {
            Caller client = client(kind, to("timeout: 0.2s\nretries: {attempts: 9, retryOn: 5xx}"));

            assertThatThrownBy(() -> client.call("GET", url("/silent"), "", Map.of()))
                    .hasStackTraceContaining("the route's timeout of PT0.2S");
        }

        @ParameterizedTest
        @EnumSource
        void anAttemptFailsWhenItsTimeIsOver(Kind kind) {
            Caller client =
                    client(kind, to("retries: {attempts: 1, perTryTimeout: 0.2s, retryOn: 5xx}"));

            assertThatThrownBy(() -> client.call("GET", url("/silent"), "", Map.of()))
                    .hasStackTraceContaining("the route's perTryTimeout of PT0.2S");
            assertThat(client.behind()).isEqualTo(2);
        }

        @ParameterizedTest
        @EnumSource
        void aCallWithinItsTimeIsAsWithoutOne(Kind kind) throws Exception {
            Caller client = client(kind, to("timeout: 60s\nretries: {perTryTimeout: 50s}"));

            assertThat(client.call("PUT", url("/a"), "x", Map.of()).body()).isEqualTo("heard x");
        }
    }

    @Nested
    class FaultsAndAnswers {

        @ParameterizedTest
        @EnumSource
        void aFaultAbortsItsShareOfCallsWithoutMakingThem(Kind kind) throws Exception {
            Caller client =
                    client(kind, to("fault: {abort: {httpStatus: 418, percentage: {value: 30}}}"));

            int aborted = 0;
            for (int i = 0; i < 100; i++) {
                aborted += client.call("GET", url("/a"), "", Map.of()).status() == 418 ? 1 : 0;
            }

            assertThat(aborted).isEqualTo(30);
            assertThat(received).hasSize(70);
        }

        @ParameterizedTest
        @EnumSource
        void aFaultMayResetTheCallAndHoldItUp(Kind kind) {
            Caller client =
                    client(
                            kind,
                            to("fault: {delay: {fixedDelay: 0.2s}, abort: {http2Error: CANCEL}}"));
            long begun = System.nanoTime();

            assertThatThrownBy(() -> client.call("GET", url("/a"), "", Map.of()))
                    .hasStackTraceContaining("HTTP/2 error 8");
            assertThat(System.nanoTime() - begun).isGreaterThan(Duration.ofMillis(200).toNanos());
            assertThat(received).isEmpty();
        }

        @ParameterizedTest
        @EnumSource
        void headersAndPathsAreChanged(Kind kind) throws Exception {
            Caller client =
                    client(
                            kind,
                            """
                            rewrite: {uri: /v2/}
                            headers:
                              request: {set: {x-rule: here}}
                              response: {remove: [x-server], add: {x-rule: back}}
                            """
                                    + to(""));

            Reply reply = client.call("GET", url("/a?b=%7B"), "", Map.of("X-Rule", "mine"));

            assertThat(received).containsExactly("GET /v2/a?b=%7B [1][here]");
            assertThat(reply.headers())
                    .containsEntry("x-rule", "back")
                    .doesNotContainKey("x-server");
        }

        @ParameterizedTest
        @EnumSource
        void aRuleAnswersWithoutACall(Kind kind) throws Exception {
            Reply answer =
                    client(kind, "directResponse: {status: 202, body: {string: later}}")
                            .call("GET", url("/a"), "", Map.of());
            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.body()).isEqualTo("later");
            governor.close();

            Reply moved =
                    client(kind, "redirect: {authority: 'elsewhere:81', redirectCode: 308}")
                            .call("GET", url("/a?b=1"), "", Map.of());
            assertThat(moved.status()).isEqualTo(308);
            assertThat(moved.headers()).containsEntry("location", "http://elsewhere:81/a?b=1");
            assertThat(received).isEmpty();
        }
    }

    @Nested
    class Copies {

        @ParameterizedTest
        @EnumSource
        void callsAreCopiedAndNobodyHearsOfTheCopies(Kind kind) throws Exception {
            Caller client =
                    client(
                            kind,
                            to(
                                    "mirror: {host: localhost, port: {number: "
                                            + other.getAddress().getPort()
                                            + "}}"));

            for (int i = 0; i < 10; i++) {
                assertThat(client.call("POST", url("/a"), "x" + i, Map.of()).body())
                        .isEqualTo("heard x" + i);
            }

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(copies).hasSize(10));
            assertThat(received).containsExactlyInAnyOrderElementsOf(copies);
        }

        @ParameterizedTest
        @EnumSource
        void copiesAreBounded(Kind kind) throws Exception {
            Caller client =
                    client(
                            kind,
                            """
                            timeout: 60s
                            mirror: {host: localhost, port: {number: %d}}
                            rewrite: {uri: /}
                            """
                                            .formatted(silentPort())
                                    + to(""));

            for (int i = 0; i < 103; i++) {
                assertThat(client.call("GET", url("/a"), "", Map.of()).status()).isEqualTo(200);
            }

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(copies).hasSize(100));
        }

        /** Where nobody answers. */
        private int silentPort() throws IOException {
            HttpServer silent =
                    serve(
                            exchange -> {
                                copies.add("silent");
                                try {
                                    closed.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            return silent.getAddress().getPort();
        }
    }
}

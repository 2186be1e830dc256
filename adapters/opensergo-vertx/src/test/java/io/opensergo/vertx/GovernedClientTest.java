package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.prices;
import static io.opensergo.vertx.World.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.RequestRejectedException;
import io.opensergo.testsupport.Documents;
import io.opensergo.vertx.World.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.client.WebClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that is guarded, against servers over sockets. */
class GovernedClientTest {

    private final World world = new World();

    @AfterEach
    void nothingBlockedAnEventLoop() {
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    @Test
    void aRequestIsRefusedBeforeItIsMade() {
        world.guard(
                "GET:prices",
                Documents.rateLimit("two", 2, 60),
                Documents.rule("GET:prices", "RateLimitStrategy", "two"));
        HttpClientAgent client =
                world.openSergo.client(world.client(HttpVersion.HTTP_1_1), world.twoVersions("v1"));

        get(send(client, prices("/a"), ""));
        get(send(client, prices("/b"), ""));

        assertThatThrownBy(() -> get(send(client, prices("/c"), "")))
                .cause()
                .isInstanceOf(RequestRejectedException.class);
        assertThat(get(send(client, prices("/c").setMethod(HttpMethod.POST), "")).status())
                .isEqualTo(200);
    }

    @Test
    void aWebClientNamesWhatItCalls() {
        world.guard(
                "read price",
                Documents.rateLimit("one", 1, 60),
                Documents.rule("read price", "RateLimitStrategy", "one"));
        WebClient client =
                WebClient.wrap(
                        world.openSergo.client(
                                world.client(HttpVersion.HTTP_1_1), world.twoVersions("v1")));

        assertThat(get(client.get("prices", "/a").traceOperation("read price").send()).statusCode())
                .isEqualTo(200);
        assertThatThrownBy(
                        () -> get(client.get("prices", "/b").traceOperation("read price").send()))
                .cause()
                .isInstanceOf(RequestRejectedException.class);
        assertThat(get(client.get("prices", "/b").send()).bodyAsString()).startsWith("v1");
    }

    @Test
    void callsAreSpreadByThrottlingAndStayOnTheirContext() throws Exception {
        world.guard(
                "GET:prices",
                Documents.throttling("paced", "20ms", "60s"),
                Documents.rule("GET:prices", "ThrottlingStrategy", "paced"));
        HttpClientAgent client =
                world.openSergo.client(
                        world.client(HttpVersion.HTTP_1_1, 50), world.twoVersions("v1"));
        Promise<Boolean> sameContext = Promise.promise();

        long start = System.nanoTime();
        List<Future<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            replies.add(send(client, prices("/"), ""));
        }
        world.vertx.runOnContext(
                begin -> {
                    Context context = Vertx.currentContext();
                    client.request(prices("/"))
                            .compose(HttpClientRequest::send)
                            .compose(HttpClientResponse::body)
                            .map(body -> context.equals(Vertx.currentContext()))
                            .onComplete(sameContext);
                });
        get(Future.all(replies));

        assertThat(get(sameContext.future())).isTrue();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aCallHoldsItsPlaceUntilItsResponseHasEnded(HttpVersion version) {
        world.guardOneAtATime("GET:prices");
        Promise<HttpServerRequest> reached = Promise.promise();
        int port =
                world.serve(
                        request -> {
                            request.response().setChunked(true).write("begin");
                            reached.tryComplete(request);
                        });
        HttpClientAgent client =
                world.openSergo.client(
                        world.client(version),
                        InstanceResolver.of(
                                Map.of(
                                        "prices",
                                        List.of(ServiceInstance.of("localhost", port, Map.of())))));
        Promise<Integer> head = Promise.promise();
        Future<Buffer> body =
                client.request(prices("/"))
                        .compose(
                                request ->
                                        request.send()
                                                .compose(
                                                        response -> {
                                                            head.complete(response.statusCode());
                                                            return response.body();
                                                        }));
        assertThat(get(head.future())).isEqualTo(200);

        assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                .cause()
                .isInstanceOf(RequestRejectedException.class);
        get(reached.future()).response().end("end");
        assertThat(get(body)).hasToString("beginend");

        world.awaitIdle("GET:prices");
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aConnectionThatIsLostGivesThePlaceBackAndCountsAsFailure(HttpVersion version) {
        world.guard(
                "GET:prices",
                Documents.concurrency("one", 1),
                Documents.breaker("failing", 3, "60s"),
                Documents.rule("GET:prices", "ConcurrencyLimitStrategy", "one"),
                Documents.rule("GET:prices", "CircuitBreakerStrategy", "failing"));
        int port = world.serve(request -> request.connection().close());
        HttpClientAgent client =
                world.openSergo.client(
                        world.client(version),
                        InstanceResolver.of(
                                Map.of(
                                        "prices",
                                        List.of(ServiceInstance.of("localhost", port, Map.of())))));

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                    .cause()
                    .isNotInstanceOf(RequestRejectedException.class);
            world.awaitIdle("GET:prices");
        }

        assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                .cause()
                .isInstanceOf(RequestRejectedException.class);
    }

    @Test
    void aCallThatItsCallerGivesUpIsNoFailure() {
        world.guard(
                "GET:prices",
                Documents.concurrency("one", 1),
                Documents.breaker("failing", 1, "60s"),
                Documents.rule("GET:prices", "ConcurrencyLimitStrategy", "one"),
                Documents.rule("GET:prices", "CircuitBreakerStrategy", "failing"));
        int port = world.serve(request -> {});
        HttpClientAgent client =
                world.openSergo.client(
                        world.client(HttpVersion.HTTP_2),
                        InstanceResolver.of(
                                Map.of(
                                        "prices",
                                        List.of(ServiceInstance.of("localhost", port, Map.of())))));

        for (int i = 0; i < 3; i++) {
            HttpClientRequest request = get(client.request(prices("/")));
            request.send();
            request.reset();
            world.awaitIdle("GET:prices");
        }
    }

    @Test
    void statusesOfResponsesOpenABreaker() {
        world.guard(
                "GET:prices",
                Documents.breaker("failing", 3, "60s"),
                Documents.rule("GET:prices", "CircuitBreakerStrategy", "failing"));
        int port = world.serve(request -> request.response().setStatusCode(503).end());
        HttpClientAgent client =
                world.openSergo.client(
                        world.client(HttpVersion.HTTP_1_1),
                        InstanceResolver.of(
                                Map.of(
                                        "prices",
                                        List.of(ServiceInstance.of("localhost", port, Map.of())))));

        for (int i = 0; i < 3; i++) {
            assertThat(get(send(client, prices("/"), "")).status()).isEqualTo(503);
        }
        await().atMost(PATIENCE)
                .untilAsserted(
                        () ->
                                assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                                        .cause()
                                        .isInstanceOf(RequestRejectedException.class));
    }

    @Test
    void aResolverThatThrowsFailsTheRequestAndHoldsNoPlace() {
        world.guardOneAtATime("GET:prices");
        HttpClientAgent client =
                world.openSergo.client(
                        world.client(HttpVersion.HTTP_1_1),
                        service -> {
                            throw new IllegalStateException("no registry");
                        });

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                    .cause()
                    .hasMessage("no registry");
        }
        assertThat(world.stats("GET:prices").inFlight()).isZero();
    }

    @Test
    void aCallThatWaitsIsMadeAsItWasAskedFor() {
        world.guard(
                "GET:prices",
                Documents.throttling("paced", "50ms", "60s"),
                Documents.rule("GET:prices", "ThrottlingStrategy", "paced"));
        int port = world.serve(request -> request.response().end(request.uri()));
        HttpClientAgent client =
                world.openSergo.client(
                        world.client(HttpVersion.HTTP_1_1),
                        world.later(
                                Map.of(
                                        "prices",
                                        List.of(ServiceInstance.of("localhost", port, Map.of())))));
        RequestOptions options = prices("/1");

        Future<Reply> first = send(client, options, "");
        Future<Reply> second = send(client, options.setURI("/2"), "");
        options.setURI("/3");

        assertThat(get(first).body()).isEqualTo("/1");
        assertThat(get(second).body()).isEqualTo("/2");
    }
}

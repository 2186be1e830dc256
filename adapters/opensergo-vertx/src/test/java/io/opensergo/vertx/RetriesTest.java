package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.prices;
import static io.opensergo.vertx.World.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.vertx.World.Reply;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls that are tried again and whose time is limited, as their route asks. */
class RetriesTest extends RoutedCalls {

    @Nested
    class Retries {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aFailedRequestIsTriedAgainWithItsBodyAndItsHeaders(HttpVersion version) {
            routeTo("retries: {attempts: 3, retryOn: 5xx}");
            List<String> bodies = new CopyOnWriteArrayList<>();
            Handler<HttpServerRequest> failing = failing(2);
            ServiceInstance server =
                    server(
                            request -> {
                                request.body()
                                        .onSuccess(
                                                body ->
                                                        bodies.add(
                                                                body
                                                                        + request.getHeader(
                                                                                "x-late")));
                                failing.handle(request);
                            });
            HttpClientAgent client = client(version, server);

            Reply reply =
                    get(
                            client.request(prices("/a").setMethod(HttpMethod.PUT))
                                    .compose(
                                            request ->
                                                    request.putHeader("x-late", "1")
                                                            .send(Buffer.buffer("body")))
                                    .compose(
                                            response ->
                                                    response.body()
                                                            .map(
                                                                    body ->
                                                                            new Reply(
                                                                                    response
                                                                                            .statusCode(),
                                                                                    Map.of(),
                                                                                    body
                                                                                            .toString()))));

            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body()).isEqualTo("body");
            assertThat(bodies).containsExactly("body1", "body1", "body1");
        }

        @Test
        void theLastFailureIsWhatTheCallerGets() {
            routeTo("retries: {attempts: 2, retryOn: 5xx}");
            HttpClientAgent client = client(failing(100));

            assertThat(get(send(client, prices("/"), "")).status()).isEqualTo(503);
            assertThat(calls).hasValue(3);
        }

        @Test
        void aPostIsTriedAgainOnlyWithAnIdempotencyKey() {
            routeTo("retries: {attempts: 3, retryOn: 5xx}");
            HttpClientAgent client = client(failing(2));

            assertThat(get(send(client, post("/"), "a")).status()).isEqualTo(503);
            assertThat(calls).hasValue(1);

            assertThat(get(send(client, post("/").putHeader("idempotency-key", "1"), "a")).status())
                    .isEqualTo(200);
            assertThat(calls).hasValue(3);
        }

        @Test
        void aBodyThatIsWrittenPieceByPieceIsNeverSentTwice() {
            routeTo("retries: {attempts: 3, retryOn: 5xx}");
            HttpClientAgent client = client(failing(100));

            Future<Integer> status =
                    client.request(prices("/").setMethod(HttpMethod.PUT))
                            .compose(
                                    request -> {
                                        request.setChunked(true);
                                        request.write("a");
                                        request.end("b");
                                        return request.response();
                                    })
                            .map(response -> response.statusCode());

            assertThat(get(status)).isEqualTo(503);
            assertThat(calls).hasValue(1);
        }

        @Test
        void anInstanceThatNobodyListensAtIsLeftForAnother() {
            routeTo("retries: {attempts: 3, retryOn: connect-failure}");
            ServiceInstance nobody = ServiceInstance.of("localhost", 1, Map.of());
            HttpClientAgent client = client(HttpVersion.HTTP_1_1, nobody, server(failing(0)));

            for (int i = 0; i < 6; i++) {
                assertThat(get(send(client, post("/"), "x")).status()).isEqualTo(200);
            }
        }

        @Test
        void aConnectionThatBreaksIsTriedAgain() {
            routeTo("retries: {attempts: 3, retryOn: reset}");
            var left = new AtomicInteger(2);
            HttpClientAgent client =
                    client(
                            request -> {
                                if (left.getAndDecrement() > 0) {
                                    request.connection().close();
                                } else {
                                    request.response().end("done");
                                }
                            });

            assertThat(get(send(client, prices("/"), "")).body()).isEqualTo("done");
        }

        @Test
        void aServerThatHangsIsTriedAgainAfterTheTimeOfAnAttempt() {
            routeTo("retries: {attempts: 100, perTryTimeout: 0.1s, retryOn: 5xx}");
            var left = new AtomicInteger(1);
            HttpClientAgent client =
                    client(
                            request -> {
                                if (left.getAndDecrement() <= 0) {
                                    request.response().end("done");
                                }
                            });

            assertThat(get(send(client, prices("/"), "")).body()).isEqualTo("done");
            assertThat(calls).hasValueGreaterThanOrEqualTo(2);
        }

        @Test
        void aRequestThatItsCallerGivesUpIsNotTriedAgain() {
            routeTo("retries: {attempts: 5, retryOn: 'reset,5xx'}");
            HttpClientAgent client = client(request -> {});
            HttpClientRequest request = get(client.request(prices("/")));

            request.send();
            await().atMost(PATIENCE).until(() -> calls.get() == 1);
            request.reset();

            assertThatThrownBy(() -> get(request.response()))
                    .cause()
                    .isInstanceOf(StreamResetException.class);
            assertThat(calls).hasValue(1);
        }

        @Test
        void aWebClientTriesAgain() {
            routeTo("retries: {attempts: 3, retryOn: 5xx}");
            WebClient client = WebClient.wrap(client(failing(2)));

            HttpResponse<Buffer> response =
                    get(client.put(80, "prices", "/").sendBuffer(Buffer.buffer("again")));

            assertThat(response.bodyAsString()).isEqualTo("again");
            assertThat(calls).hasValue(3);
        }
    }

    @Nested
    class TimeLimits {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void aRequestFailsWhenItsTimeIsOver(HttpVersion version) {
            routeTo("timeout: 0.05s\nretries: {attempts: 5, retryOn: 5xx}");
            HttpClientAgent client = client(version, server(request -> {}));

            assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                    .cause()
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("timeout of PT0.05S")
                    .hasMessageContaining("GET prices");
        }

        @Test
        void aResponseThatDoesNotEndIsCutWhenTheTimeIsOver() {
            routeTo("timeout: 0.1s");
            HttpClientAgent client =
                    client(request -> request.response().setChunked(true).write("begun"));

            assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                    .rootCause() // of a reset, in Vert.x 5.0
                    .isInstanceOf(TimeoutException.class);
        }

        @Test
        void aRequestThatIsNeverSentGivesItsPlaceBackWhenItsTimeIsOver() {
            routeTo("timeout: 0.05s");
            HttpClientAgent client = client(failing(0));

            assertThatThrownBy(
                            () ->
                                    get(
                                            client.request(prices("/"))
                                                    .compose(HttpClientRequest::response)))
                    .cause()
                    .isInstanceOf(TimeoutException.class);
            assertThat(calls).hasValue(0);
        }
    }

    @Nested
    class Overload {

        @Test
        void anOverloadIsNotMultiplied() {
            routeTo("retries: {attempts: 5, retryOn: 5xx}");
            HttpClientAgent client = client(failing(100_000));
            long begin = System.nanoTime();

            for (int i = 0; i < 100; i++) {
                get(send(client, prices("/"), ""));
            }

            long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds() + 1;
            assertThat(calls.get()).isBetween(101, (int) (100 + 20 + 100 / 5 + seconds));
        }

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void ofAThousandAtATimeToServersThatFailHangAndResetNothingIsLeft(HttpVersion version) {
            routeTo(
                    "timeout: 2s\nretries: {attempts: 2, perTryTimeout: 0.2s, retryOn: 5xx}\nmirror: {host: prices}\nmirrorPercentage: {value: 5}");
            var turn = new AtomicInteger();
            var calm = new AtomicBoolean();
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(version, 1500),
                            InstanceResolver.of(
                                    Map.of(
                                            "prices",
                                            List.of(
                                                    server(
                                                            request -> {
                                                                switch (calm.get()
                                                                        ? 3
                                                                        : turn.getAndIncrement()
                                                                                % 4) {
                                                                    case 0 ->
                                                                            request.response()
                                                                                    .setStatusCode(
                                                                                            503)
                                                                                    .end();
                                                                    case 1 -> {}
                                                                    case 2 ->
                                                                            request.response()
                                                                                    .reset();
                                                                    default ->
                                                                            request.response()
                                                                                    .end("done");
                                                                }
                                                            })))));
            List<Future<Reply>> replies = new ArrayList<>();
            List<Future<?>> givenUp = new ArrayList<>();

            for (int i = 0; i < 900; i++) {
                replies.add(send(client, prices("/" + i), ""));
            }
            for (int i = 0; i < 100; i++) {
                givenUp.add(
                        client.request(prices("/given-up"))
                                .onSuccess(
                                        request -> {
                                            request.send();
                                            request.reset();
                                        }));
            }

            await().atMost(PATIENCE).until(() -> givenUp.stream().allMatch(Future::isComplete));
            await().atMost(PATIENCE).until(() -> replies.stream().allMatch(Future::isComplete));
            world.awaitIdle("GET:prices");

            calm.set(true);
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(get(send(client, prices("/calm"), "")).body())
                                            .isEqualTo("done"));
            world.awaitIdle("GET:prices");
        }
    }
}

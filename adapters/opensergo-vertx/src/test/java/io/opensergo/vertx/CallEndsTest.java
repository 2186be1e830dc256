package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.prices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.testsupport.Documents;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However a call of a client ends, it gives its place back, whatever its caller does. */
@Tag("one-version")
class CallEndsTest {

    private static final String RESOURCE = "call";

    private final World world = new World();

    CallEndsTest() {
        world.guard(
                RESOURCE,
                Documents.concurrency("many", 1000),
                Documents.rule(RESOURCE, "ConcurrencyLimitStrategy", "many"));
    }

    @AfterEach
    void nothingBlockedAnEventLoop() {
        world.awaitIdle(RESOURCE);
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    private HttpClientAgent client(HttpVersion version, Handler<HttpServerRequest> server) {
        return client(version, world.serve(server));
    }

    private HttpClientAgent client(HttpVersion version, int port) {
        var instance = ServiceInstance.of("localhost", port, Map.of());
        return world.openSergo.client(
                world.client(version), InstanceResolver.of(Map.of("prices", List.of(instance))));
    }

    private static RequestOptions call(String uri) {
        return prices(uri).setTraceOperation(RESOURCE);
    }

    private static Future<HttpClientResponse> sent(HttpClientAgent client) {
        return client.request(call("/")).compose(request -> request.send());
    }

    /**
     * Sends a request and pauses its response. A callback that is registered from another thread
     * may come after the end of the response, when there is nothing to pause any more: this one is
     * registered where the request is sent.
     */
    private static Future<HttpClientResponse> sentAndPaused(HttpClientAgent client) {
        return client.request(call("/"))
                .compose(request -> request.send().map(response -> response.pause()));
    }

    private static void redirect(HttpServerRequest request) {
        int hop = Integer.parseInt(request.path().substring(1));
        if (hop == 0) {
            request.response().end("there");
        } else {
            request.response()
                    .setStatusCode(302)
                    .putHeader("Location", "/" + (hop - 1))
                    .end("elsewhere");
        }
    }

    @SuppressWarnings("deprecation") // what replaces it is not in the oldest version
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aWebClientThatFollowsRedirectsAndLeavesTheirBodiesUnread(HttpVersion version) {
        WebClient client = WebClient.wrap(client(version, CallEndsTest::redirect));

        for (int i = 0; i < 3; i++) {
            HttpResponse<Buffer> response =
                    get(client.request(HttpMethod.GET, call("/5")).followRedirects(true).send());
            assertThat(response.bodyAsString()).isEqualTo("there");
        }

        world.awaitIdle(RESOURCE);
        assertThat(world.stats(RESOURCE).passed()).isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aClientThatFollowsRedirects(HttpVersion version) {
        int port = world.serve(CallEndsTest::redirect);
        HttpClientAgent client = world.openSergo.client(world.client(version));
        RequestOptions options =
                World.to(HttpMethod.GET, port, "/5")
                        .setTraceOperation(RESOURCE)
                        .setFollowRedirects(true);

        assertThat(get(World.send(client, options, "")).body()).isEqualTo("there");
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aResponseOfWhichNobodyWantsTheBody(HttpVersion version) {
        HttpClientAgent client =
                client(version, request -> request.response().end("x".repeat(100_000)));

        int status = get(sent(client).map(response -> response.statusCode()));

        assertThat(status).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aResponseThatIsPausedAndForgotten(HttpVersion version) {
        HttpClientAgent client = client(version, request -> request.response().end("unread"));

        int status = get(sentAndPaused(client).map(response -> response.statusCode()));

        assertThat(status).isEqualTo(200);

        awaitCollected(0);
    }

    @Test
    void aRequestThatIsNeverSent() {
        HttpClientAgent client = client(HttpVersion.HTTP_2, request -> request.response().end());

        String uri = get(client.request(call("/")).map(request -> request.getURI()));

        assertThat(uri).isEqualTo("/");

        awaitCollected(0);
    }

    /** Who holds no reference any more cannot read. */
    private void awaitCollected(int held) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> {
                            System.gc();
                            assertThat(world.stats(RESOURCE).inFlight()).isLessThanOrEqualTo(held);
                        });
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aResponseThatIsPausedStaysInFlight(HttpVersion version) {
        HttpClientAgent client = client(version, request -> request.response().end("unread"));
        HttpClientResponse paused = get(sentAndPaused(client));

        for (int i = 0; i < 3; i++) { // each is found at a look that comes to the first one as well
            get(sentAndPaused(client).map(response -> response.statusCode()));
            awaitCollected(1);
        }
        assertThat(world.stats(RESOURCE).inFlight()).isEqualTo(1);

        paused.resume();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aTimeoutBeforeTheResponse(HttpVersion version) {
        HttpClientAgent client = client(version, request -> {});

        assertThatThrownBy(() -> get(World.send(client, call("/").setTimeout(200), "")))
                .isNotNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aTimeoutWithinTheResponse(HttpVersion version) {
        int port = world.serve(request -> request.response().setChunked(true).write("begin"));
        HttpClientAgent client = world.openSergo.client(world.impatientClient(version));
        RequestOptions options = World.to(HttpMethod.GET, port, "/").setTraceOperation(RESOURCE);

        assertThatThrownBy(() -> get(World.send(client, options, ""))).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aConnectionThatIsLostWithinTheResponse(HttpVersion version) {
        HttpClientAgent client =
                client(
                        version,
                        request -> {
                            request.response().setChunked(true).write("begin");
                            world.vertx.setTimer(50, soon -> request.connection().close());
                        });

        assertThatThrownBy(() -> get(World.send(client, call("/"), ""))).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void anUploadThatIsAborted(HttpVersion version) {
        HttpClientAgent client = client(version, request -> {});
        HttpClientRequest request = get(client.request(call("/").setMethod(HttpMethod.POST)));
        Future<HttpClientResponse> response = request.response();
        request.setChunked(true);
        get(request.write("half of it"));

        request.reset();

        assertThatThrownBy(() -> get(response)).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aResponseThatItsCallerGivesUp(HttpVersion version) {
        HttpClientAgent client =
                client(version, request -> request.response().setChunked(true).write("begin"));
        HttpClientRequest request = get(client.request(call("/")));
        get(request.send());

        request.reset();
    }

    @Test
    void aServerThatIsNotThere() {
        HttpClientAgent client = client(HttpVersion.HTTP_1_1, 1);

        assertThatThrownBy(() -> get(World.send(client, call("/"), ""))).isNotNull();
    }

    @Test
    void aConnectionThatBecomesATunnel() {
        HttpClientAgent client = client(HttpVersion.HTTP_1_1, HttpServerRequest::toNetSocket);
        RequestOptions options =
                call("/").putHeader("Connection", "Upgrade").putHeader("Upgrade", "something");

        HttpClientRequest request = get(client.request(options));

        assertThat(get(request.connect()).statusCode()).isEqualTo(101);
    }
}

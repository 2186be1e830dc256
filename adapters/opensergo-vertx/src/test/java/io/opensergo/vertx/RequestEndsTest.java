package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.testsupport.Documents;
import io.opensergo.vertx.World.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** However a request of a server ends, it gives its place back, whatever its handler does. */
class RequestEndsTest {

    private static final String RESOURCE = "POST:/events";
    private static final String FILE = "GET:/file";

    /** More than the buffers of a connection hold. */
    private static final int FILE_SIZE = 32 * 1024 * 1024;

    private final World world = new World();
    private final Router router = world.router();
    private final BlockingQueue<RoutingContext> handled = new LinkedBlockingQueue<>();

    @AfterEach
    void nothingBlockedAnEventLoop() {
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    /** Serves by a handler that begins to answer and hears of every end of it by itself. */
    private int serveEvents() {
        world.guard(
                RESOURCE,
                Documents.concurrency("many", 1000),
                Documents.rule(RESOURCE, "ConcurrencyLimitStrategy", "many"),
                Documents.concurrency("files", 1000),
                Documents.rule(FILE, "ConcurrencyLimitStrategy", "files"));
        router.post("/events")
                .handler(world.openSergo.serverHandler())
                .handler(
                        context -> {
                            replaceHandlers(context.response());
                            context.response().setChunked(true).write("event");
                            handled.add(context);
                        });
        return world.serve(router);
    }

    private static void replaceHandlers(HttpServerResponse response) {
        response.closeHandler(closed -> {});
        response.exceptionHandler(error -> {});
        response.endHandler(ended -> {});
        response.bodyEndHandler(ended -> {});
    }

    private RoutingContext handled() throws InterruptedException {
        RoutingContext context = handled.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(context).isNotNull();
        return context;
    }

    private HttpClientRequest begin(HttpClientAgent client, int port) {
        HttpClientRequest request = get(client.request(to(HttpMethod.POST, port, "/events")));
        request.response().onFailure(error -> {});
        return request;
    }

    private void awaitIdle() {
        world.awaitIdle(RESOURCE);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aCallerThatLeavesAnEventStream(HttpVersion version) throws Exception {
        int port = serveEvents();
        HttpClientAgent client = world.client(version);
        List<HttpClientRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            HttpClientRequest request = begin(client, port);
            request.end();
            requests.add(request);
            handled();
        }
        assertThat(world.stats(RESOURCE).inFlight()).isEqualTo(5);

        requests.forEach(HttpClientRequest::reset);

        awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aConnectionThatIsLost(HttpVersion version) throws Exception {
        int port = serveEvents();
        HttpClientRequest request = begin(world.client(version), port);
        request.end();
        handled();

        request.connection().close();

        awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void anAnswerThatIsEndedByAHandlerOfItsOwn(HttpVersion version) throws Exception {
        int port = serveEvents();
        Future<Reply> reply =
                World.send(world.client(version), to(HttpMethod.POST, port, "/events"), "body");

        handled().response().end(" end");

        assertThat(get(reply).body()).isEqualTo("event end");
        awaitIdle();
        assertThat(world.stats(RESOURCE).passed()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void anAnswerThatTheServerResets(HttpVersion version) throws Exception {
        int port = serveEvents();
        HttpClientRequest request = begin(world.client(version), port);
        request.end();

        handled().response().reset();

        awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void anUploadThatIsAborted(HttpVersion version) throws Exception {
        int port = serveEvents();
        HttpClientRequest request = begin(world.client(version), port);
        request.setChunked(true).write("half of it");
        handled();

        request.reset();

        awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void aCallerWhoseTimeIsOver(HttpVersion version) throws Exception {
        int port = serveEvents();
        begin(world.impatientClient(version), port).end();
        handled();

        awaitIdle();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
    void requestsOneAfterTheOtherOnOneConnection(HttpVersion version) {
        int port = serveEvents();
        HttpClientAgent client = world.client(version, 1);

        for (int i = 0; i < 50; i++) {
            Future<Reply> reply = World.send(client, to(HttpMethod.POST, port, "/events"), "body");
            await().atMost(PATIENCE).until(() -> !handled.isEmpty());
            handled.remove().response().end();
            assertThat(get(reply).status()).isEqualTo(200);
        }

        awaitIdle();
        assertThat(world.stats(RESOURCE).passed()).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1_1, false", "HTTP_1_1, true", "HTTP_2, false", "HTTP_2, true"})
    void aFileIsInFlightUntilItHasBeenRead(
            HttpVersion version, boolean hasHandlersOfItsOwn, @TempDir Path folder)
            throws Exception {
        Path file = Files.write(folder.resolve("large"), new byte[FILE_SIZE]);
        int port = serveFile(file, hasHandlersOfItsOwn);
        HttpClientRequest request =
                get(world.client(version).request(to(HttpMethod.GET, port, "/file")));
        AtomicLong received = new AtomicLong();
        Future<HttpClientResponse> reply =
                request.send()
                        .onSuccess(
                                response ->
                                        response.pause()
                                                .handler(
                                                        part -> received.addAndGet(part.length())));
        RoutingContext sending = handled();
        HttpClientResponse response = get(reply);

        awaitThatItWasLookedAt(sending, port);
        assertThat(world.stats(FILE).inFlight()).isEqualTo(1);

        response.resume();
        await().atMost(PATIENCE).until(() -> received.get() == FILE_SIZE);
        world.awaitIdle(FILE);
    }

    private int serveFile(Path file, boolean hasHandlersOfItsOwn) {
        router.get("/file")
                .handler(world.openSergo.serverHandler())
                .handler(
                        context -> {
                            if (hasHandlersOfItsOwn) {
                                replaceHandlers(context.response());
                            }
                            context.response().sendFile(file.toString());
                            handled.add(context);
                        });
        return serveEvents();
    }

    /** Has an answer end of which only a look tells, and which is looked at after another one. */
    private void awaitThatItWasLookedAt(RoutingContext other, int port) throws Exception {
        Future<Reply> reply =
                World.send(
                        world.client(HttpVersion.HTTP_1_1),
                        to(HttpMethod.POST, port, "/events"),
                        "body");
        handled().response().end();
        get(reply);
        awaitIdle();
        Promise<Void> ran = Promise.promise();
        ((HttpServerRequestInternal) other.request()).context().runOnContext(now -> ran.complete());
        get(ran.future());
    }

    @Test
    void pipelinedRequestsOfWhichSomeAreAnsweredWhenTheConnectionIsLost() throws Exception {
        int port = serveEvents();
        AtomicInteger received = new AtomicInteger();
        NetSocket socket = world.connect(port);
        socket.handler(bytes -> received.addAndGet(bytes.length()));
        String request = "POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";

        socket.write(request.repeat(3));
        handled().response().end();
        handled().response().end();
        handled();
        await().atMost(PATIENCE).until(() -> received.get() > 0);
        socket.close();

        awaitIdle();
        assertThat(world.stats(RESOURCE).passed()).isEqualTo(3);
    }

    @Test
    void aCallerThatHasLeftBeforeItsRequestIsAdmitted() throws Exception {
        world.guardOneAtATime(RESOURCE);
        BlockingQueue<RoutingContext> early = new LinkedBlockingQueue<>();
        router.post("/events").handler(early::add);
        router.post("/events").handler(world.openSergo.serverHandler()).handler(handled::add);
        int port = world.serve(router);
        HttpClientRequest request = begin(world.client(HttpVersion.HTTP_1_1), port);
        request.end();
        RoutingContext context = early.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(context).isNotNull();

        request.connection().close();
        await().atMost(PATIENCE).until(() -> context.response().closed());
        context.vertx().runOnContext(now -> context.next());
        handled();

        awaitIdle();
    }
}

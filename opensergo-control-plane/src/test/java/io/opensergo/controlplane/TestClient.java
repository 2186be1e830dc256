package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.RateLimits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A client of the raw protocol over a real socket; each stream records what it receives. */
final class TestClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ManagedChannel channel;

    TestClient(ControlPlane controlPlane) {
        this(controlPlane.port());
    }

    TestClient(int port) {
        this(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build());
    }

    TestClient(ManagedChannel channel) {
        this.channel = channel;
    }

    ManagedChannel channel() {
        return channel;
    }

    /** Opens a stream that reads whatever comes. */
    Stream open() {
        var stream = new Stream(true);
        OpenSergoUniversalTransportServiceGrpc.newStub(channel).subscribeConfig(stream);
        return stream;
    }

    /** Opens a stream that shows a bearer token. */
    Stream open(String token) {
        var headers = new Metadata();
        headers.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + token);
        var stream = new Stream(true);
        OpenSergoUniversalTransportServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .subscribeConfig(stream);
        return stream;
    }

    /** Opens a stream that reads only what it is told to. */
    Stream openWithoutReading() {
        var stream = new Stream(false);
        OpenSergoUniversalTransportServiceGrpc.newStub(channel).subscribeConfig(stream);
        return stream;
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        assertThat(channel.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    static SubscribeRequest subscribe(String requestId, String app, String... kinds) {
        return request(app, kinds)
                .setRequestId(requestId)
                .setIdentifier("test-client")
                .setOpType(SubscribeOpType.SUBSCRIBE)
                .build();
    }

    /** As the public client writes it: without request id and identifier. */
    static SubscribeRequest unsubscribe(String app, String... kinds) {
        return request(app, kinds).setOpType(SubscribeOpType.UNSUBSCRIBE).build();
    }

    static SubscribeRequest ack(SubscribeResponse push) {
        return SubscribeRequest.newBuilder()
                .setResponseAck(WireStatus.ACK)
                .setRequestId(push.getResponseId())
                .setStatus(Status.newBuilder().setCode(WireStatus.SUCCESS))
                .build();
    }

    static SubscribeRequest nack(String requestId, int code, String reason) {
        return SubscribeRequest.newBuilder()
                .setResponseAck(WireStatus.NACK)
                .setRequestId(requestId)
                .setStatus(Status.newBuilder().setCode(code).setMessage(reason))
                .build();
    }

    static List<RateLimitStrategy> rulesOf(SubscribeResponse push) {
        return new WireCodec()
                .decode(
                        RateLimitStrategy.KIND,
                        push.getNamespace(),
                        push.getApp(),
                        push.getDataWithVersion().getDataList(),
                        push.getStatus().getDetailsList())
                .rules();
    }

    static long versionOf(SubscribeResponse push) {
        return push.getDataWithVersion().getVersion();
    }

    private static SubscribeRequest.Builder request(String app, String... kinds) {
        return SubscribeRequest.newBuilder()
                .setTarget(
                        SubscribeRequestTarget.newBuilder()
                                .setNamespace("default")
                                .setApp(app)
                                .addAllKinds(List.of(kinds)));
    }

    /** One stream. */
    static final class Stream
            implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {

        private final boolean reading;
        private final BlockingQueue<SubscribeResponse> received = new LinkedBlockingQueue<>();
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private final CompletableFuture<ClientCallStreamObserver<SubscribeRequest>> call =
                new CompletableFuture<>();

        private Stream(boolean reading) {
            this.reading = reading;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SubscribeRequest> requests) {
            if (!reading) {
                requests.disableAutoRequestWithInitial(0);
            }
            call.complete(requests);
        }

        @Override
        public void onNext(SubscribeResponse response) {
            received.add(response);
        }

        @Override
        public void onError(Throwable cause) {
            end.completeExceptionally(cause);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }

        Stream send(SubscribeRequest request) {
            call.join().onNext(request);
            return this;
        }

        Stream subscribe(String app, String... kinds) {
            return send(TestClient.subscribe("1", app, kinds));
        }

        /** Lets so many more responses in. */
        void read(int count) {
            call.join().request(count);
        }

        void halfClose() {
            call.join().onCompleted();
        }

        void reset() {
            call.join().cancel("the test resets the stream", null);
        }

        CompletableFuture<Void> end() {
            return end;
        }

        /** Returns how the stream ended, waiting for that. */
        io.grpc.Status status() throws InterruptedException, TimeoutException {
            try {
                end.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                return io.grpc.Status.OK;
            } catch (ExecutionException e) {
                return io.grpc.Status.fromThrowable(e.getCause());
            }
        }

        boolean hasNext() {
            return !received.isEmpty();
        }

        /** Returns the next response, or {@code null} once the stream has ended without one. */
        @Nullable SubscribeResponse nextOrEnd() throws InterruptedException {
            SubscribeResponse response = null;
            while (response == null && !(end.isDone() && received.isEmpty())) {
                response = received.poll(5, TimeUnit.MILLISECONDS);
            }
            return response;
        }

        /** Returns the next response, waiting for it. */
        SubscribeResponse next() throws InterruptedException {
            SubscribeResponse response = received.poll(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(response).as("a response within %s", TIMEOUT).isNotNull();
            return response;
        }

        /**
         * Proves that nothing more was sent: what the server answers to a marker comes next, since
         * responses keep their order.
         */
        void expectNothing() throws InterruptedException {
            String marker = "marker-" + System.nanoTime();
            send(TestClient.subscribe(marker, "", RateLimits.RATE_LIMIT));
            assertThat(next().getResponseId()).isEqualTo(marker);
        }
    }
}

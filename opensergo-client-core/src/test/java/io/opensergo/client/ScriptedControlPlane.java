package io.opensergo.client;

import static org.awaitility.Awaitility.await;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.EncodedRules;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfo;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceImplBase;
import io.opensergo.proto.internal.control_plane.v1.GetControlPlaneInfoRequest;
import io.opensergo.proto.internal.transport.v1.DataWithVersion;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceImplBase;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.testsupport.TestCertificate;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A control plane on a real socket that does only what a test tells it to. */
final class ScriptedControlPlane implements AutoCloseable {

    static {
        Awaitility.pollInSameThread();
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(2));
        Awaitility.setDefaultTimeout(Duration.ofSeconds(100)); // not a machine's speed is tested
    }

    private final List<Stream> streams = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final Server server;
    private final boolean reads;

    private ScriptedControlPlane(ServerBuilder<?> builder, boolean reads) {
        this.reads = reads;
        try {
            server =
                    builder.addService(new Service())
                            .intercept(new Authorizations())
                            .build()
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ScriptedControlPlane start() {
        return start(0);
    }

    static ScriptedControlPlane start(int port) {
        return new ScriptedControlPlane(NettyServerBuilder.forPort(port), true);
    }

    /**
     * Starts one that reads no request until {@link Stream#readOn}, and has little room for them.
     */
    static ScriptedControlPlane startNotReading() {
        return new ScriptedControlPlane(
                NettyServerBuilder.forPort(0).flowControlWindow(64 * 1024), false);
    }

    /** Starts one that promises to answer each subscription, as that of this library does. */
    static ScriptedControlPlane startAnsweringAll() {
        return startWith(new AnsweringAll());
    }

    /** Starts one that has another service, too. */
    static ScriptedControlPlane startWith(BindableService service) {
        return new ScriptedControlPlane(NettyServerBuilder.forPort(0).addService(service), true);
    }

    static ScriptedControlPlane startTls(File certificate, File key) {
        return startTls(0, certificate, key);
    }

    static ScriptedControlPlane startTls(int port, File certificate, File key) {
        return new ScriptedControlPlane(
                NettyServerBuilder.forPort(port).useTransportSecurity(certificate, key), true);
    }

    /** Starts by TLS, for clients that show this very certificate. */
    static ScriptedControlPlane startMutualTls(
            int port, TestCertificate own, TestCertificate client) {
        try {
            return new ScriptedControlPlane(
                    NettyServerBuilder.forPort(port)
                            .sslContext(
                                    GrpcSslContexts.forServer(
                                                    own.certificate().toFile(), own.key().toFile())
                                            .trustManager(client.certificate().toFile())
                                            .clientAuth(ClientAuth.REQUIRE)
                                            .build()),
                    true);
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    String endpoint() {
        return "localhost:" + port();
    }

    /** Waits for the stream of this number, from 0. */
    Stream stream(int number) {
        await().until(() -> streams.size() > number);
        return streams.get(number);
    }

    Stream stream() {
        return stream(0);
    }

    int streamCount() {
        return streams.size();
    }

    List<String> authorizations() {
        return authorizations;
    }

    /** Takes no further connection and says so to those there are, which go on. */
    void leave() {
        server.shutdown();
    }

    /** Cuts every connection. */
    void kill() {
        server.shutdownNow();
        await().until(server::isTerminated);
    }

    @Override
    public void close() {
        kill();
    }

    /** One stream of a client. */
    static final class Stream implements StreamObserver<SubscribeRequest> {

        private final List<SubscribeRequest> requests = new CopyOnWriteArrayList<>();
        private final ServerCallStreamObserver<SubscribeResponse> responses;
        private volatile boolean over;

        Stream(ServerCallStreamObserver<SubscribeResponse> responses) {
            this.responses = responses;
        }

        /** Waits for the subscribe (or unsubscribe) request of this number, from 0. */
        SubscribeRequest request(SubscribeOpType type, int number) {
            await().until(() -> requests(type).size() > number);
            return requests(type).get(number);
        }

        SubscribeRequest subscribe(int number) {
            return request(SubscribeOpType.SUBSCRIBE, number);
        }

        List<SubscribeRequest> requests(SubscribeOpType type) {
            return requests.stream()
                    .filter(
                            request ->
                                    request.getResponseAck().isEmpty()
                                            && request.getOpType() == type)
                    .toList();
        }

        /** Waits for the answer to a push, of this number, from 0. */
        SubscribeRequest answer(int number) {
            await().until(() -> answers().size() > number);
            return answers().get(number);
        }

        List<SubscribeRequest> answers() {
            return requests.stream()
                    .filter(request -> !request.getResponseAck().isEmpty())
                    .toList();
        }

        /** Waits for a subscribe request and pushes rules of its kind. */
        void answerSubscribe(int number, long version, Rule... rules) {
            var target = subscribe(number).getTarget();
            push(push(target.getNamespace(), target.getApp(), target.getKinds(0), version, rules));
        }

        void push(RuleKind<?> kind, long version, Rule... rules) {
            push(push("default", "shop", kind.wireName(), version, rules));
        }

        /** Pushes rules of a revision of which these kinds are to follow. */
        void pushRevision(
                RuleKind<?> kind, long version, List<RuleKind<?>> toFollow, Rule... rules) {
            SubscribeResponse.Builder push =
                    push("default", "shop", kind.wireName(), version, rules);
            push.getStatusBuilder()
                    .addDetails(
                            RevisionDetail.write(
                                    toFollow.stream().map(RuleKind::wireName).toList()));
            push(push.setResponseId(kind.name() + "-" + version));
        }

        void push(SubscribeResponse.Builder response) {
            synchronized (responses) {
                responses.onNext(response.build());
            }
        }

        static SubscribeResponse.Builder push(
                String namespace, String app, String kind, long version, Rule... rules) {
            EncodedRules encoded = new WireCodec().encode(List.of(rules));
            return SubscribeResponse.newBuilder()
                    .setStatus(
                            io.opensergo.proto.internal.transport.v1.Status.newBuilder()
                                    .setCode(1)
                                    .addAllDetails(encoded.details()))
                    .setNamespace(namespace)
                    .setApp(app)
                    .setKind(kind)
                    .setDataWithVersion(
                            DataWithVersion.newBuilder()
                                    .setVersion(version)
                                    .addAllData(encoded.data()))
                    .setResponseId("push-" + version);
        }

        void fail(Status status) {
            synchronized (responses) {
                responses.onError(new StatusRuntimeException(status));
            }
        }

        void complete() {
            synchronized (responses) {
                responses.onCompleted();
            }
        }

        /** Reads so many requests more, on a server that does not. */
        void readSome(int count) {
            responses.request(count);
        }

        /** Reads what has come and all that comes, on a server that did not. */
        void readOn() {
            responses.request(Integer.MAX_VALUE);
        }

        List<SubscribeRequest> requests() {
            return requests;
        }

        boolean isOver() {
            return over;
        }

        @Override
        public void onNext(SubscribeRequest request) {
            requests.add(request);
        }

        @Override
        public void onError(Throwable error) {
            over = true;
        }

        @Override
        public void onCompleted() {
            over = true;
        }
    }

    private static final class AnsweringAll extends ControlPlaneInfoServiceImplBase {

        @Override
        public void getControlPlaneInfo(
                GetControlPlaneInfoRequest request, StreamObserver<ControlPlaneInfo> reply) {
            reply.onNext(ControlPlaneInfo.newBuilder().setAnswersEverySubscription(true).build());
            reply.onCompleted();
        }
    }

    private final class Service extends OpenSergoUniversalTransportServiceImplBase {

        @Override
        public StreamObserver<SubscribeRequest> subscribeConfig(
                StreamObserver<SubscribeResponse> responses) {
            var call = (ServerCallStreamObserver<SubscribeResponse>) responses;
            if (!reads) {
                call.disableAutoRequest();
            }
            var stream = new Stream(call);
            streams.add(stream);
            return stream;
        }
    }

    private final class Authorizations implements ServerInterceptor {

        private static final Metadata.Key<String> KEY =
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

        @Override
        public <Q, P> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
            @Nullable String value = headers.get(KEY);
            if (value != null) {
                authorizations.add(value);
            }
            return next.startCall(call, headers);
        }
    }
}

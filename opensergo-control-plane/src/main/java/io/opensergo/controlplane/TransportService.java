package io.opensergo.controlplane;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceImplBase;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.document.RuleKinds;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The gRPC service: makes a {@link Subscriber} of each stream, and holds what they share. */
final class TransportService extends OpenSergoUniversalTransportServiceImplBase {

    private static final Context.Key<String> REMOTE_ADDRESS = Context.key("remote-address");

    private final RuleStore store;
    private final Subscribers subscribers;
    private final RuleKinds kinds;
    private final ControlPlaneDesc description;
    private final InstantSource clock;
    private final WireCodec codec = new WireCodec();
    private final AtomicLong streams = new AtomicLong();

    TransportService(
            RuleStore store,
            Subscribers subscribers,
            RuleKinds kinds,
            String identifier,
            InstantSource clock) {
        this.store = store;
        this.subscribers = subscribers;
        this.kinds = kinds;
        this.description = ControlPlaneDesc.newBuilder().setIdentifier(identifier).build();
        this.clock = clock;
    }

    @Override
    public StreamObserver<SubscribeRequest> subscribeConfig(StreamObserver<SubscribeResponse> out) {
        var subscriber =
                new Subscriber(
                        this,
                        streams.incrementAndGet(),
                        REMOTE_ADDRESS.get(),
                        (ServerCallStreamObserver<SubscribeResponse>) out);
        subscriber.open();
        return subscriber;
    }

    RuleStore store() {
        return store;
    }

    Subscribers subscribers() {
        return subscribers;
    }

    RuleKinds kinds() {
        return kinds;
    }

    ControlPlaneDesc description() {
        return description;
    }

    WireCodec codec() {
        return codec;
    }

    Instant now() {
        return clock.instant();
    }

    /** Lets {@link #subscribeConfig} know where a stream comes from. */
    static final class RemoteAddressInterceptor implements ServerInterceptor {

        @Override
        public <Q, P> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
            SocketAddress address = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            Context context = Context.current().withValue(REMOTE_ADDRESS, describe(address));
            return Contexts.interceptCall(context, call, headers, next);
        }

        private static String describe(@Nullable SocketAddress address) {
            return address instanceof InetSocketAddress inet
                    ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                    : String.valueOf(address);
        }
    }
}

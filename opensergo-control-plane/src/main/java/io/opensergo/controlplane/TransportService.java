package io.opensergo.controlplane;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.document.RuleKinds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** The gRPC service: makes a {@link Subscriber} of each call and holds what they share. */
final class TransportService
        extends OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceImplBase {

    private final RuleStore store;
    private final Subscribers subscribers;
    private final RuleKinds kinds;
    private final InstantSource clock;
    private final ControlPlaneDesc description;
    private final WireCodec codec = new WireCodec();
    private final AtomicLong streams = new AtomicLong();

    TransportService(
            RuleStore store, Subscribers subscribers, RuleKinds kinds, InstantSource clock) {
        this.store = store;
        this.subscribers = subscribers;
        this.kinds = kinds;
        this.clock = clock;
        this.description =
                ControlPlaneDesc.newBuilder().setIdentifier(UUID.randomUUID().toString()).build();
    }

    @Override
    public StreamObserver<SubscribeRequest> subscribeConfig(
            StreamObserver<SubscribeResponse> responses) {
        var out = (ServerCallStreamObserver<SubscribeResponse>) responses;
        var subscriber =
                new Subscriber(this, streams.incrementAndGet(), RemoteAddress.current(), out);
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

    WireCodec codec() {
        return codec;
    }

    ControlPlaneDesc description() {
        return description;
    }

    Instant now() {
        return clock.instant();
    }
}

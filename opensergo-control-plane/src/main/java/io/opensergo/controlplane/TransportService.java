package io.opensergo.controlplane;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC service that delivers rules: makes a {@link Subscriber} of each call. */
final class TransportService
        extends OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(TransportService.class);

    private final SharedByStreams shared;
    private final LogLimit refusals = new LogLimit(1, 60);
    private final AtomicLong streams = new AtomicLong();

    TransportService(SharedByStreams shared) {
        this.shared = shared;
    }

    @Override
    public StreamObserver<SubscribeRequest> subscribeConfig(
            StreamObserver<SubscribeResponse> responses) {
        var out = (ServerCallStreamObserver<SubscribeResponse>) responses;
        var subscriber =
                new Subscriber(
                        shared, streams.incrementAndGet(), Caller.current(), out, Call.current());
        String refusal = shared.subscribers().admit(subscriber);
        if (refusal != null) {
            return refuse(subscriber, refusal);
        }
        subscriber.open();
        return subscriber;
    }

    private Subscriber refuse(Subscriber subscriber, String refusal) {
        shared.counters().streamsOverLimit.increment();
        refusals.log(
                more ->
                        LOG.warn(
                                "A stream of {} is refused: {}{}",
                                subscriber.caller(),
                                refusal,
                                more));
        return subscriber.refuse(Status.RESOURCE_EXHAUSTED.withDescription(refusal));
    }
}

package io.opensergo.controlplane;

import io.grpc.Status;
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
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC service: makes a {@link Subscriber} of each call and holds what they share. */
final class TransportService
        extends OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceImplBase {

    private static final Logger LOG = LoggerFactory.getLogger(TransportService.class);

    private final RuleStore store;
    private final Subscribers subscribers;
    private final RuleKinds kinds;
    private final InstantSource clock;
    private final Limits limits;
    private final Counters counters;
    private final Admission admission;
    private final ScheduledExecutorService housekeeper;
    private final Executor workers;
    private final LogLimit refusals = new LogLimit(1, 60);
    private final LogLimit stuckLog = new LogLimit(10, 60);
    private final LogLimit memoryLog = new LogLimit(1, 60);
    private final LogLimit refusedPushes = new LogLimit(100, 60);
    private final SubscriptionMemory memory =
            new SubscriptionMemory(Limits.shareOfMemory(4), Limits.shareOfMemory(8));
    private final SubscriptionMemory refusalReserve =
            new SubscriptionMemory(Limits.shareOfMemory(32), Limits.shareOfMemory(128));
    private final UnreadBytes unread = new UnreadBytes(Limits.maxUnreadBytes());
    private final ControlPlaneDesc description;
    private final WireCodec codec = new WireCodec();
    private final AtomicLong streams = new AtomicLong();

    TransportService(
            RuleStore store,
            Subscribers subscribers,
            RuleKinds kinds,
            InstantSource clock,
            Limits limits,
            Counters counters,
            Admission admission,
            ScheduledExecutorService housekeeper,
            Executor workers) {
        this.store = store;
        this.subscribers = subscribers;
        this.kinds = kinds;
        this.clock = clock;
        this.limits = limits;
        this.counters = counters;
        this.admission = admission;
        this.housekeeper = housekeeper;
        this.workers = workers;
        this.description =
                ControlPlaneDesc.newBuilder().setIdentifier(UUID.randomUUID().toString()).build();
    }

    @Override
    public StreamObserver<SubscribeRequest> subscribeConfig(
            StreamObserver<SubscribeResponse> responses) {
        var out = (ServerCallStreamObserver<SubscribeResponse>) responses;
        var subscriber =
                new Subscriber(
                        this, streams.incrementAndGet(), Caller.current(), out, Call.current());
        String refusal = subscribers.admit(subscriber);
        if (refusal != null) {
            return refuse(subscriber, refusal);
        }
        subscriber.open();
        return subscriber;
    }

    private Subscriber refuse(Subscriber subscriber, String refusal) {
        counters.streamsOverLimit.increment();
        refusals.log(
                more ->
                        LOG.warn(
                                "A stream of {} is refused: {}{}",
                                subscriber.caller(),
                                refusal,
                                more));
        return subscriber.refuse(Status.RESOURCE_EXHAUSTED.withDescription(refusal));
    }

    Limits limits() {
        return limits;
    }

    Counters counters() {
        return counters;
    }

    Admission admission() {
        return admission;
    }

    /** Runs a short task later; not at all if the control plane closes before. */
    void later(Runnable task, long nanos) {
        try {
            Future<?> unused =
                    housekeeper.schedule(
                            Lasting.task("What was put off", task), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The control plane is closed, and so is what was to be done later", e);
        }
    }

    /** Runs a short task on a thread that serves calls. */
    void work(Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException e) {
            task.run(); // the control plane is closed, and nobody else is in a hurry
        }
    }

    /** Returns what bounds the lines about refused pushes of all streams. */
    LogLimit refusedPushes() {
        return refusedPushes;
    }

    SubscriptionMemory memory() {
        return memory;
    }

    /** Returns the memory for refusals that wait for a client when there is no other. */
    SubscriptionMemory refusalReserve() {
        return refusalReserve;
    }

    /** Takes note that a client wants more memory than it may have. */
    void overMemory(Caller caller) {
        counters.subscriptionsOverLimit.increment();
        memoryLog.log(
                more ->
                        LOG.warn(
                                "What {} asks for takes too much memory, of its client or of all;"
                                        + " it is refused{}",
                                caller,
                                more));
    }

    LogLimit stuckLog() {
        return stuckLog;
    }

    UnreadBytes unread() {
        return unread;
    }

    /** Resets streams that take nothing, if too much is unread or others have to wait for it. */
    void cutIfTooMuchIsUnread(long nowNanos) {
        subscribers.cutWorst(unread, nowNanos);
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

package io.opensergo.controlplane;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream: what its client subscribed to, what it was sent and how it answered.
 *
 * <p><b>Flow control.</b> A change only marks its key as stale. Stale keys are sent while the
 * transport takes more, and the rest when it asks for more; each is sent in the version that is in
 * force at that moment. So a slow client gets the latest state and nothing in between, costs at
 * most one mark a key, and holds nobody else back.
 *
 * <p><b>Revisions.</b> When the turn of a stale key comes, all that is news of its application is
 * read at one moment and sent in a row, before anything newer: each push says which are to follow,
 * so that the client can put an edit across kinds into force as one. Whatever was edited meanwhile
 * is in the next such row, so a client sees whole revisions however fast the rules change.
 *
 * <p>Requests are read only while no refusal waits to be sent, so that a client that asks and never
 * reads cannot fill the memory either, and only as fast as the limit allows: beyond it they wait in
 * the transport, which holds the client back.
 *
 * <p><b>Stuck clients.</b> A stream that has had something due for too long while the transport
 * took nothing more is reset, which frees what the transport holds for it. The transport takes a
 * push whole and the next one when all but some 32 KiB of it have left, and gRPC does not tell what
 * has left in between: so a client that needs longer than the timeout for one push is taken for
 * stuck. The sweep over all streams looks at one field of each, without the lock.
 *
 * <p><b>Threads.</b> One lock guards the stream. The thread that changes a rule sends it, which
 * takes no hop between threads; sending hands bytes to the transport and never waits. Of a user's
 * code only the accessors of a rule kind of its own run under the lock, while a version is encoded,
 * once for all streams; an authorizer or a source is never called under it.
 */
final class Subscriber implements StreamObserver<SubscribeRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
    private static final int MAX_TEXT_LENGTH = 4096;
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}+");
    private static final long NOT_BLOCKED = 0;

    private final TransportService service;
    private final long number;
    private final Caller caller;
    private final Instant connectedSince;
    private final ServerCallStreamObserver<SubscribeResponse> out;
    private final Context.CancellableContext stream;

    private final Object lock = new Object();
    private final FollowedKeys subscriptions = new FollowedKeys();
    private final Set<Subscription> stale = new LinkedHashSet<>(2);
    private final RevisionInTransit due = new RevisionInTransit();
    private final Queue<SubscribeResponse> refusals = new ArrayDeque<>(1);
    private final RequestRate rate;
    private final Unanswered unanswered = new Unanswered();
    private String identifier = "";
    private SubscriberStatus.@Nullable Nack lastNack;
    private long pushes;
    private boolean reading;
    private boolean throttled;
    private boolean draining;
    private boolean closed;

    /**
     * Since when what is due cannot be sent, by {@link System#nanoTime}; written under the lock.
     */
    private volatile long blockedSince = NOT_BLOCKED;

    /**
     * @param number tells this stream apart from every other of this run
     * @param stream what to reset if the client gets stuck
     */
    Subscriber(
            TransportService service,
            long number,
            Caller caller,
            ServerCallStreamObserver<SubscribeResponse> out,
            Context.CancellableContext stream) {
        this.service = service;
        this.number = number;
        this.caller = caller;
        this.connectedSince = service.now();
        this.out = out;
        this.stream = stream;
        this.rate = new RequestRate(service.limits().maxRequestsPerSecond(), System.nanoTime());
    }

    Caller caller() {
        return caller;
    }

    /** Begins to read; to be called where the gRPC call starts. */
    void open() {
        out.disableAutoRequest();
        out.setOnReadyHandler(this::ready);
        out.setOnCancelHandler(this::forget);
        ready();
    }

    /** Makes nothing of a stream that is not let in. */
    Subscriber neverOpened() {
        forget();
        return this;
    }

    @Override
    public void onNext(SubscribeRequest request) {
        boolean answer = WireStatus.ACK.equals(request.getResponseAck());
        boolean refusal = WireStatus.NACK.equals(request.getResponseAck());
        Asked asked;
        try {
            asked = answer || refusal ? Asked.nothing() : Asked.of(request, service, caller);
        } catch (Admission.UndecidedException e) {
            end(e.status());
            return;
        }
        synchronized (lock) {
            reading = false;
            if (identifier.isEmpty()) {
                identifier = printable(request.getIdentifier());
            }
            if (answer) {
                acked(request);
            } else if (refusal) {
                nacked(request);
            }
            asked.unsubscribes().forEach(this::unsubscribe);
            asked.subscribes().forEach(key -> subscribe(key, request));
            refusals.addAll(asked.refusals());
            send();
        }
    }

    @Override
    public void onError(Throwable cause) {
        forget();
    }

    @Override
    public void onCompleted() {
        complete();
    }

    /** Takes note that a key has a new version. */
    void changed(RuleKey key) {
        synchronized (lock) {
            Subscription subscription = subscriptions.find(key);
            if (subscription != null) {
                stale.add(subscription);
                send();
            }
        }
    }

    /** Ends the stream after what was sent. */
    void complete() {
        synchronized (lock) {
            if (!closed) {
                forget();
                out.onCompleted();
            }
        }
    }

    private void end(io.grpc.Status status) {
        synchronized (lock) {
            if (!closed) {
                forget();
                out.onError(status.asRuntimeException());
            }
        }
    }

    /** Takes the keys back that the client may not read any longer; ends a stream of nobody. */
    void judgeAgain() {
        List<RuleKey> followed;
        synchronized (lock) {
            followed = subscriptions.keys();
        }
        try {
            if (service.admission().isKnown(caller)) {
                takeBack(
                        followed.stream()
                                .filter(key -> !service.admission().mayRead(caller, key))
                                .toList());
            } else {
                end(Admission.UNKNOWN_CLIENT);
            }
        } catch (Admission.UndecidedException e) {
            end(e.status());
        }
    }

    private void takeBack(List<RuleKey> keys) {
        synchronized (lock) {
            for (RuleKey key : keys) {
                if (subscriptions.find(key) != null) {
                    service.counters().forbiddenKeys.increment();
                    unsubscribe(key);
                    refusals.add(Asked.forbidden(key, service.description()));
                }
            }
            send();
        }
    }

    /** Ends the stream as soon as what is due has been sent; nothing is read any more. */
    void drain() {
        synchronized (lock) {
            draining = true;
            send();
        }
    }

    /** Resets the stream if it has been blocked for too long. */
    void cutIfStuck(long nowNanos) {
        Duration timeout = service.limits().stuckSubscriberTimeout();
        if (!isBlockedFor(timeout, nowNanos)) {
            return;
        }
        synchronized (lock) {
            if (closed || !isBlockedFor(timeout, nowNanos)) {
                return;
            }
            service.counters().stuck.increment();
            LOG.warn(
                    "Subscriber '{}' at {} has not read for {} what is due; its stream is cut",
                    identifier,
                    caller,
                    timeout);
            forget();
        }
        CuttableStreams.cut(stream, "the client has not read for " + timeout);
    }

    private boolean isBlockedFor(Duration timeout, long nowNanos) {
        long since = blockedSince;
        return since != NOT_BLOCKED && nowNanos - since > timeout.toNanos();
    }

    SubscriberStatus status() {
        synchronized (lock) {
            return new SubscriberStatus(
                    identifier,
                    caller.principal(),
                    caller.address(),
                    connectedSince,
                    subscriptions.all().map(Subscription::status).toList(),
                    lastNack);
        }
    }

    private void ready() {
        synchronized (lock) {
            send();
        }
    }

    private void forget() {
        synchronized (lock) {
            closed = true;
            subscriptions.keys().forEach(key -> service.subscribers().unfollow(key, this));
            subscriptions.clear();
            stale.clear();
            due.clear();
            refusals.clear();
            blockedSince = NOT_BLOCKED;
            service.subscribers().closed(this);
        }
    }

    private void acked(SubscribeRequest request) {
        Push push = unanswered.answered(request.getRequestId());
        if (push != null) {
            push.subscription().acked(push.version());
        }
    }

    /** A client that refuses all pushes for one reason is logged once. */
    private void nacked(SubscribeRequest request) {
        Push push = unanswered.answered(request.getRequestId());
        Status status = request.getStatus();
        var nack =
                new SubscriberStatus.Nack(
                        push == null ? 0 : push.version(),
                        status.getCode(),
                        printable(status.getMessage()),
                        service.now());
        SubscriberStatus.Nack before;
        if (push == null) {
            before = lastNack;
            lastNack = nack;
        } else {
            before = push.subscription().nacked(nack);
        }
        if (before == null || !before.reason().equals(nack.reason())) {
            LOG.warn(
                    "Subscriber '{}' at {} refused {}: {} {}",
                    identifier,
                    caller,
                    push == null
                            ? "a push"
                            : "version " + push.version() + " of " + push.subscription().key(),
                    nack.code(),
                    nack.reason());
        }
    }

    /** Text of a client, fit for one line of a log and for memory. */
    private static String printable(String text) {
        String cut = text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH);
        return CONTROL_CHARACTERS.matcher(cut).replaceAll(" ");
    }

    private void subscribe(RuleKey key, SubscribeRequest request) {
        if (closed) {
            return;
        }
        Subscription subscription = subscriptions.find(key);
        if (subscription == null) {
            int limit = service.limits().maxKeysPerStream();
            if (subscriptions.size() >= limit) {
                service.counters().keysOverLimit.increment();
                String reason = "this stream follows " + limit + " keys, its limit";
                refusals.add(Asked.refusal(request, key.kind(), reason, service.description()));
                return;
            }
            subscription = subscriptions.add(key);
            service.subscribers().follow(key, this);
        }
        subscription.asked();
        stale.add(subscription);
    }

    private void unsubscribe(RuleKey key) {
        Subscription subscription = subscriptions.remove(key);
        if (subscription != null) {
            stale.remove(subscription);
            due.remove(subscription);
            service.subscribers().unfollow(key, this);
        }
    }

    /** Sends what is due while the transport takes it, then reads on unless something is left. */
    private void send() {
        boolean moved = false;
        while (isDue() && out.isReady()) {
            sendNext();
            moved = true;
        }
        if (!isDue()) {
            blockedSince = NOT_BLOCKED;
        } else if (moved || blockedSince == NOT_BLOCKED) {
            blockedSince = System.nanoTime() | 1;
        }
        if (draining && !isDue()) {
            complete();
        } else {
            read();
        }
    }

    private boolean isDue() {
        return !closed && !(refusals.isEmpty() && due.isEmpty() && stale.isEmpty());
    }

    private void sendNext() {
        SubscribeResponse refusal = refusals.poll();
        if (refusal != null) {
            out.onNext(refusal);
            return;
        }
        if (due.isEmpty()) {
            cutRevision();
        }
        if (!due.isEmpty()) {
            push(due.next());
        }
    }

    /** Reads at one moment all that is news of the application whose turn it is. */
    private void cutRevision() {
        Subscription first = stale.iterator().next();
        List<Subscription> candidates = subscriptions.besides(first.key());
        RuleStore.Cut cut =
                service.store().readAll(candidates.stream().map(Subscription::key).toList());
        for (int i = 0; i < candidates.size(); i++) {
            Subscription subscription = candidates.get(i);
            RuleSet set = cut.sets().get(i);
            stale.remove(subscription);
            if (subscription.wants(set)) {
                SubscribeResponse response = set.response(service.codec(), cut.revision());
                if (response != null) {
                    due.add(subscription, cut.revision(), set.isEmpty(), response);
                }
            }
        }
    }

    private void read() {
        if (closed || draining || reading || throttled || !refusals.isEmpty()) {
            return;
        }
        long wait = rate.acquire(System.nanoTime());
        if (wait == 0) {
            reading = true;
            out.request(1);
        } else {
            throttled = true;
            service.counters().throttled.increment();
            service.later(this::readOn, wait);
        }
    }

    private void readOn() {
        synchronized (lock) {
            throttled = false;
            read();
        }
    }

    private void push(RevisionInTransit.Part part) {
        Subscription subscription = part.subscription();
        SubscribeResponse.Builder response = part.response().toBuilder();
        String responseId = number + "-" + ++pushes;
        subscription.sent(part.version(), part.empty());
        unanswered.add(responseId, new Push(subscription, part.version()), subscriptions.size());
        response.getStatusBuilder().addDetails(RevisionDetail.write(due.kinds()));
        out.onNext(
                response.setControlPlane(service.description()).setResponseId(responseId).build());
    }
}

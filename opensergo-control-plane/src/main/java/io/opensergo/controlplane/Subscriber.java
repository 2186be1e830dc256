package io.opensergo.controlplane;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
 * force at that moment. So a slow client gets the latest state and nothing in between, costs one
 * mark a key and one revision of one application at most, and holds nobody else back.
 *
 * <p><b>Revisions.</b> When the turn of a stale key comes, all that is news of its application is
 * read at one moment and sent in a row, before anything newer: each push says which are to follow,
 * so that the client can put an edit across kinds into force as one. Whatever was edited meanwhile
 * is in the next such row, so a client sees whole revisions however fast the rules change. A row is
 * only begun when there is a place for all of it among what is unread; from then on it counts.
 *
 * <p>Requests are read only while no refusal waits to be sent, so that a client that asks and never
 * reads cannot fill the memory either, and only as fast as the limit allows: beyond it they wait in
 * the transport, which holds the client back.
 *
 * <p><b>Stuck clients.</b> A stream that has had something unread for too long, as its {@link
 * Outbox} sees it, is reset, which frees what the transport holds for it: so a client that needs
 * longer than the timeout for one push while the next is due is taken for stuck, too. What all
 * streams have unread is bounded by {@link UnreadBytes}; beyond it those are reset that have most
 * of it and have taken nothing for a second. The sweep over all streams looks at one field of each,
 * without the lock.
 *
 * <p><b>Threads.</b> One lock guards the stream. The thread that changes a rule sends it, which
 * takes no hop between threads; sending hands bytes to the transport and never waits. Of a user's
 * code only the accessors of a rule kind of its own run under the lock, while a version is encoded,
 * once for all streams; an authorizer or a source is never called under it.
 */
final class Subscriber implements StreamObserver<SubscribeRequest> {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
    private static final int MAX_TEXT_LENGTH = 1024;
    private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}+");

    /** A client that reads at this rate, in bytes a second, is slow and not stuck. */
    private static final int SLOW = 64 * 1024;

    private static final String NO_MEMORY =
            "the control plane has no more memory for what this client asks";

    private static final io.grpc.Status UNREADABLE =
            io.grpc.Status.INVALID_ARGUMENT.withDescription(
                    "the request is no SubscribeRequest of the OpenSergo protocol");

    private final TransportService service;
    private final long number;
    private final Caller caller;
    private final Instant connectedSince;
    private final ServerCallStreamObserver<SubscribeResponse> out;
    private final Call call;

    private final Object lock = new Object();
    private final FollowedKeys subscriptions = new FollowedKeys();
    private final Set<Subscription> stale = new LinkedHashSet<>(2);
    private final RevisionInTransit due = new RevisionInTransit();
    private final StreamMemory memory;
    private final PendingRefusals refusals;
    private final Allowance rate;
    private final Outbox outbox;
    private final Unanswered unanswered = new Unanswered();
    private final RefusedPushLog refusedPushes;
    private String identifier = "";
    private SubscriberStatus.@Nullable Nack lastNack;
    private long pushes;
    private boolean reading;
    private boolean throttled;
    private boolean draining;
    private boolean closed;
    private boolean cut;

    /**
     * The subscriptions that ended within a second after much was sent for them, the oldest first:
     * who asks for one of them again takes it up where it was. Their memory is still held.
     */
    private final Map<RuleKey, Subscription> left = new LinkedHashMap<>(0);

    /**
     * @param number tells this stream apart from every other of this run
     * @param call what to reset if the client gets stuck
     */
    Subscriber(
            TransportService service,
            long number,
            Caller caller,
            ServerCallStreamObserver<SubscribeResponse> out,
            Call call) {
        this.service = service;
        this.number = number;
        this.caller = caller;
        this.connectedSince = service.now();
        this.out = out;
        this.call = call;
        this.memory = new StreamMemory(service, caller);
        this.refusals = new PendingRefusals(memory);
        this.refusedPushes = new RefusedPushLog(service, caller);
        this.outbox = new Outbox(out, call, service.unread(), caller.countedAs(), this::readyLater);
        int requestsPerSecond = service.limits().maxRequestsPerSecond();
        this.rate = new Allowance(requestsPerSecond, 2 * requestsPerSecond, System.nanoTime());
    }

    Caller caller() {
        return caller;
    }

    /** Begins to read; to be called where the gRPC call starts. */
    void open() {
        out.disableAutoRequest();
        out.setOnReadyHandler(this::ready);
        out.setOnCancelHandler(this::forget);
        call.onEnd(this::ended);
        ready();
    }

    /** Ends a stream that is not let in. */
    Subscriber refuse(io.grpc.Status why) {
        end(why);
        return this;
    }

    /**
     * Takes a request.
     *
     * @param request {@code null} if it cannot be read
     */
    @Override
    public void onNext(@Nullable SubscribeRequest request) {
        if (request == null) {
            service.counters().unreadable.increment();
            end(UNREADABLE);
            return;
        }
        boolean failed = hasFailed(request.getStatus());
        boolean ack = WireStatus.ACK.equals(request.getResponseAck());
        boolean answer = ack && !failed;
        // the public Go client accepts a push with the code of what went wrong with it
        boolean refusal = (ack && failed) || WireStatus.NACK.equals(request.getResponseAck());
        Asked asked;
        try {
            asked = answer || refusal ? Asked.nothing() : Asked.of(request, service, caller);
        } catch (Admission.UndecidedException e) {
            end(e.status());
            return;
        }
        synchronized (lock) {
            if (closed) {
                return;
            }
            reading = false;
            outbox.settleIfTaken();
            forgetLeft();
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
            refuse(asked.refusals());
            send();
        }
    }

    private static boolean hasFailed(Status status) {
        return switch (status.getCode()) {
            case 0, WireStatus.SUCCESS, WireStatus.SUCCESS_LATER -> false;
            default -> true;
        };
    }

    private void refuse(List<SubscribeResponse> more) {
        for (SubscribeResponse refusal : more) {
            if (!refusals.add(refusal)) {
                sendRefusals(); // since then the rest of this request may find room
                if (!refusals.addOfReserve(refusal)) {
                    end(io.grpc.Status.RESOURCE_EXHAUSTED.withDescription(NO_MEMORY));
                    return;
                }
            }
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
                outbox.settleIfTaken();
                forget();
                out.onCompleted();
            }
        }
    }

    /** Says why and resets the stream: a client that does not end its side would keep it open. */
    private void end(io.grpc.Status status) {
        synchronized (lock) {
            if (!closed) {
                forget();
                cut = true;
                outbox.cut();
                out.onError(status.asRuntimeException());
                call.cut("it was ended");
            }
        }
    }

    /**
     * Takes the keys back that the client may not read any longer; ends the stream of an
     * unauthenticated client.
     */
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
                    refuse(List.of(Asked.forbidden(key, service.description())));
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

    /** Takes note of what the client has taken without answering. */
    void settleIfTaken(long nowNanos) {
        if (outbox.isBlockedFor(Duration.ZERO, nowNanos)) {
            ready();
        }
    }

    /** Resets the stream if it has been blocked for too long, and returns whether it did. */
    boolean cutIfStuck(long nowNanos) {
        Duration timeout = service.limits().stuckSubscriberTimeout();
        return outbox.isBlockedFor(timeout, nowNanos) && cutIfBlockedFor(timeout, nowNanos, true);
    }

    /** Returns how much of what it holds would be freed by {@link #cutForOthers}. */
    long unreadFor(Duration time, long nowNanos) {
        if (!outbox.isBlockedFor(time, nowNanos)) {
            return 0;
        }
        synchronized (lock) {
            return outbox.held();
        }
    }

    /** Resets the stream, if it has been blocked for a time, because too much is unread in all. */
    void cutForOthers(Duration time, long nowNanos) {
        boolean unused = cutIfBlockedFor(time, nowNanos, false);
    }

    private boolean cutIfBlockedFor(Duration time, long nowNanos, boolean sparesSlow) {
        synchronized (lock) {
            outbox.settleIfTaken();
            long unread = outbox.unread();
            Duration allowed = sparesSlow && !isDue() ? time.plusSeconds(unread / SLOW) : time;
            if (cut || !outbox.isBlockedFor(allowed, nowNanos)) {
                send(); // the transport was asked, and may not report any more that it takes more
                return false;
            }
            service.counters().stuck.increment();
            service.stuckLog()
                    .log(
                            more ->
                                    LOG.warn(
                                            "Subscriber '{}' at {} has not read {} bytes for {};"
                                                    + " its stream is cut{}",
                                            identifier,
                                            caller,
                                            unread,
                                            allowed,
                                            more));
            forget();
            cut = true;
            outbox.cut();
        }
        call.cut("the client has not read for " + time);
        return true;
    }

    /** Returns whether it has not been ended. */
    boolean isServed() {
        synchronized (lock) {
            return !closed;
        }
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
            outbox.settleIfTaken();
            send();
        }
    }

    /** Others have taken what they had; not on their thread. */
    private void readyLater() {
        service.work(this::ready);
    }

    /** The transport has ended the stream; not on its thread, which others need. */
    private void ended() {
        service.work(this::gone);
    }

    private void gone() {
        synchronized (lock) {
            forget();
            outbox.settle();
            service.subscribers().closed(this);
        }
    }

    /** Frees what is left of a stream whose end was not reported. */
    void forgetIfOver() {
        if (call.isOver()) {
            gone();
        }
    }

    /**
     * Serves the stream no more. While its client has something unread it can still be cut for
     * that, and counts as a stream.
     */
    private void forget() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            subscriptions.keys().forEach(key -> service.subscribers().unfollow(key, this));
            subscriptions.clear();
            stale.clear();
            due.clear();
            left.clear();
            unanswered.clear();
            refusals.clear();
            memory.close();
            outbox.close();
            if (outbox.unread() == 0) {
                service.subscribers().closed(this);
            }
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
        Subscription about = push == null ? null : push.subscription();
        SubscriberStatus.Nack before = about == null ? lastNack : about.lastNack();
        Status status = request.getStatus();
        String reason =
                keepable(
                        printable(status.getMessage()),
                        before == null ? 0 : before.reason().length());
        var nack =
                new SubscriberStatus.Nack(
                        push == null ? 0 : push.version(), status.getCode(), reason, service.now());
        if (about == null) {
            lastNack = nack;
        } else {
            about.nacked(nack);
        }
        service.counters().refusedPushes.increment();
        if (before == null || !before.reason().equals(reason)) {
            refusedPushes.log(identifier, push, nack);
        }
    }

    /** Returns as much of a reason as there is memory for, in place of one of a length. */
    private String keepable(String reason, int lengthBefore) {
        int grown = 2 * (reason.length() - lengthBefore);
        if (grown <= 0) {
            memory.release(-grown);
            return reason;
        }
        return memory.hold(grown) ? reason : reason.substring(0, lengthBefore);
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
                refuse(List.of(Asked.refusal(request, key.kind(), reason, service.description())));
                return;
            }
            Subscription before = left.remove(key);
            subscription = before == null ? new Subscription(key) : before;
            if (before == null && !memory.hold(subscription.bytes())) {
                refuse(
                        List.of(
                                Asked.refusal(
                                        request, key.kind(), NO_MEMORY, service.description())));
                return;
            }
            subscriptions.add(subscription);
            service.subscribers().follow(key, this);
        }
        long wait = subscription.tooSoonFor(System.nanoTime());
        if (wait == 0) {
            subscription.asked();
            stale.add(subscription);
        } else if (subscription.putOff()) {
            answerLater(subscription, wait);
        }
    }

    private void answerLater(Subscription subscription, long nanos) {
        service.later(() -> answer(subscription), nanos);
    }

    /** Answers a client that asked again too soon. */
    private void answer(Subscription subscription) {
        synchronized (lock) {
            if (!subscription.isPutOff()
                    || !subscription.equals(subscriptions.find(subscription.key()))) {
                return;
            }
            long wait = subscription.tooSoonFor(System.nanoTime());
            if (wait > 0 && subscription.putOff()) {
                answerLater(subscription, wait); // it was sent meanwhile, and asked for again
            } else {
                subscription.asked();
                stale.add(subscription);
                send();
            }
        }
    }

    private void unsubscribe(RuleKey key) {
        Subscription subscription = subscriptions.remove(key);
        if (subscription != null) {
            stale.remove(subscription);
            outbox.giveBack(due.remove(subscription));
            service.subscribers().unfollow(key, this);
            if (subscription.tooSoonFor(System.nanoTime()) > 0) {
                left.put(key, subscription);
            } else {
                drop(subscription);
            }
        }
    }

    /** Frees what has been left for so long that it may be sent again. */
    private void forgetLeft() {
        long now = System.nanoTime();
        left.values()
                .removeIf(
                        subscription -> {
                            boolean over = subscription.tooSoonFor(now) == 0;
                            if (over) {
                                drop(subscription);
                            }
                            return over;
                        });
    }

    private void drop(Subscription subscription) {
        unanswered.drop(subscription);
        memory.release(subscription.bytes());
    }

    /** Sends what is due while the transport takes it, then reads on unless something is left. */
    private void send() {
        if (closed) {
            return;
        }
        boolean more = true;
        while (more && isDue() && outbox.mayHand()) {
            more = sendNext();
        }
        if (!isDue()) {
            outbox.waitNoMore();
        }
        if (draining && !isDue()) {
            complete();
        } else {
            read();
        }
    }

    private void sendRefusals() {
        boolean more = true;
        while (more && !closed && !refusals.isEmpty() && outbox.mayHand()) {
            more = sendNext();
        }
    }

    private boolean isDue() {
        return !closed && !(refusals.isEmpty() && due.isEmpty() && stale.isEmpty());
    }

    /** Sends one thing and returns whether the next may follow. */
    private boolean sendNext() {
        if (!refusals.isEmpty()) {
            return sendRefusal(refusals.next());
        }
        if (due.isEmpty() && !cutRevision()) {
            return false;
        }
        return due.isEmpty() || pushNext();
    }

    private boolean sendRefusal(SubscribeResponse refusal) {
        long bytes = refusal.getSerializedSize();
        if (!outbox.reserve(bytes)) {
            return false;
        }
        outbox.hand(refusal, bytes);
        if (closed) {
            return false; // by the transport, meanwhile
        }
        refusals.sent();
        return true;
    }

    /**
     * Reads at one moment all that is news of the application whose turn it is, and returns whether
     * there is a place for it. If not, nothing is kept: the next time it is read anew.
     */
    private boolean cutRevision() {
        Subscription first = stale.iterator().next();
        List<Subscription> candidates = subscriptions.besides(first.key());
        RuleStore.Cut cut =
                service.store().readAll(candidates.stream().map(Subscription::key).toList());
        for (int i = 0; i < candidates.size(); i++) {
            Subscription subscription = candidates.get(i);
            RuleSet set = cut.sets().get(i);
            stale.remove(subscription);
            if (subscription.wants(set)) {
                SubscribeResponse response =
                        set.response(
                                service.codec(),
                                cut.revision(),
                                service.limits().maxPushBytes(),
                                service.counters());
                due.add(subscription, cut.revision(), set.isEmpty(), response);
            }
        }
        if (due.isEmpty() || outbox.reserve(due.bytes())) {
            return true;
        }
        stale.addAll(due.subscriptions());
        due.clear();
        return false;
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

    /** Pushes the next part of a revision, and returns whether the stream goes on. */
    private boolean pushNext() {
        RevisionInTransit.Part part = due.next();
        Subscription subscription = part.subscription();
        String responseId = number + "-" + (pushes + 1);
        SubscribeResponse.Builder response = part.response().toBuilder();
        response.getStatusBuilder().addDetails(RevisionDetail.write(due.kindsAfterNext()));
        SubscribeResponse push =
                response.setControlPlane(service.description()).setResponseId(responseId).build();
        outbox.hand(push, part.bytes());
        if (closed) {
            return false; // by the transport, meanwhile
        }
        due.sent();
        pushes++;
        subscription.sent(
                part.version(), part.empty(), push.getSerializedSize(), System.nanoTime());
        unanswered.add(responseId, new Push(subscription, part.version()), subscriptions.size());
        return true;
    }
}

package io.opensergo.controlplane;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.WireKey;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stream, from its beginning to its end. What its client follows is in {@link StreamKeys}, what
 * it is still to be sent in {@link SendQueue}, what it has not taken in {@link Outbox}, and how it
 * answers in {@link Replies}.
 *
 * <p>Requests are read only while no refusal waits to be sent, so that a client that asks and never
 * reads cannot fill the memory either, and no faster than {@link RequestPace} allows.
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

    /** A client that reads at this rate, in bytes a second, is slow and not stuck. */
    private static final int SLOW = 64 * 1024;

    private static final io.grpc.Status UNREADABLE =
            io.grpc.Status.INVALID_ARGUMENT.withDescription(
                    "the request is no SubscribeRequest of the OpenSergo protocol");

    private final SharedByStreams shared;
    private final Caller caller;
    private final Instant connectedSince;
    private final ServerCallStreamObserver<SubscribeResponse> out;
    private final Call call;

    private final Object lock = new Object();
    private final FollowedKeys followed = new FollowedKeys();
    private final StreamMemory memory;
    private final Replies replies;
    private final Outbox outbox;
    private final SendQueue queue;
    private final StreamKeys keys;
    private final RequestPace pace;
    private String identifier = "";
    private boolean draining;
    private boolean closed;
    private boolean cut;

    /**
     * @param number tells this stream apart from every other of this run
     * @param call what to reset if the client gets stuck
     */
    Subscriber(
            SharedByStreams shared,
            long number,
            Caller caller,
            ServerCallStreamObserver<SubscribeResponse> out,
            Call call) {
        this.shared = shared;
        this.caller = caller;
        this.connectedSince = shared.clock().instant();
        this.out = out;
        this.call = call;
        ServerLimits limits = shared.limits();
        Counters counters = shared.counters();
        this.memory = new StreamMemory(shared.memory(), caller);
        this.replies =
                new Replies(
                        memory,
                        new RefusedPushLog(shared.refusedPushLog(), caller),
                        counters,
                        shared.clock());
        this.outbox = new Outbox(out, call, shared.unread(), caller.countedAs(), this::readyLater);
        this.queue = new SendQueue(number, followed, shared.source(), outbox, replies, memory);
        this.keys =
                new StreamKeys(
                        followed,
                        queue,
                        replies,
                        memory,
                        limits.maxKeysPerStream(),
                        shared.refusals(),
                        counters,
                        new Following());
        this.pace =
                new RequestPace(
                        limits.maxRequestsPerSecond(),
                        counters,
                        () -> out.request(1),
                        nanos -> shared.tasks().later(this::readOn, nanos));
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
            shared.counters().unreadable.increment();
            end(UNREADABLE);
            return;
        }
        Replies.Verdict verdict = Replies.Verdict.of(request);
        Asked asked;
        try {
            asked =
                    verdict == Replies.Verdict.NONE
                            ? shared.judge().judge(request, caller)
                            : Asked.nothing();
        } catch (AccessControl.UndecidedException e) {
            end(e.status());
            return;
        }
        synchronized (lock) {
            if (closed) {
                return;
            }
            pace.taken();
            outbox.settleIfTaken();
            keys.forgetLeft(System.nanoTime());
            if (identifier.isEmpty()) {
                identifier = ClientText.printable(request.getIdentifier());
            }
            replies.take(verdict, request, identifier);
            keys.take(asked, request);
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
    void changed(WireKey key) {
        synchronized (lock) {
            Subscription subscription = followed.find(key);
            if (subscription != null) {
                queue.stale(subscription);
                send();
            }
        }
    }

    /**
     * Takes the keys back that the client may not read any longer; ends the stream of an
     * unauthenticated client.
     */
    void judgeAgain() {
        List<WireKey> asked;
        synchronized (lock) {
            asked = followed.keys();
        }
        try {
            if (shared.judge().isKnown(caller)) {
                takeBack(shared.judge().forbidden(caller, asked));
            } else {
                end(AccessControl.UNKNOWN_CLIENT);
            }
        } catch (AccessControl.UndecidedException e) {
            end(e.status());
        }
    }

    private void takeBack(List<WireKey> forbidden) {
        synchronized (lock) {
            keys.takeBack(forbidden);
            send();
        }
    }

    /** Sends what is due while the transport takes it, then reads on unless something is left. */
    private void send() {
        if (closed) {
            return;
        }
        queue.send();
        if (draining && !queue.isDue()) {
            complete();
        } else {
            read();
        }
    }

    private void read() {
        if (!closed && !draining && !queue.hasRefusals()) {
            pace.read();
        }
    }

    private void readOn() {
        synchronized (lock) {
            pace.readOn();
            read();
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
        shared.tasks().work(this::ready);
    }

    /** Takes note of what the client has taken without answering. */
    void settleIfTaken(long nowNanos) {
        if (outbox.isBlockedFor(Duration.ZERO, nowNanos)) {
            ready();
        }
    }

    /** Resets the stream if it has been blocked for too long, and returns whether it did. */
    boolean cutIfStuck(long nowNanos) {
        Duration timeout = shared.limits().stuckSubscriberTimeout();
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
            Duration allowed =
                    sparesSlow && !queue.isDue() ? time.plusSeconds(unread / SLOW) : time;
            if (cut || !outbox.isBlockedFor(allowed, nowNanos)) {
                send(); // the transport was asked, and may not report any more that it takes more
                return false;
            }
            shared.counters().stuck.increment();
            shared.stuckLog().log(identifier, caller, unread, allowed);
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
                    followed.all().map(Subscription::status).toList(),
                    replies.lastNack());
        }
    }

    /** Ends the stream as soon as what is due has been sent; nothing is read any more. */
    void drain() {
        synchronized (lock) {
            draining = true;
            send();
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

    /** The transport has ended the stream; not on its thread, which others need. */
    private void ended() {
        shared.tasks().work(this::gone);
    }

    private void gone() {
        synchronized (lock) {
            forget();
            outbox.settle();
            shared.subscribers().closed(this);
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
            keys.close();
            queue.close();
            replies.clear();
            memory.close();
            outbox.close();
            if (outbox.unread() == 0) {
                shared.subscribers().closed(this);
            }
        }
    }

    /** What the keys have done elsewhere. */
    private final class Following implements StreamKeys.Owner {

        @Override
        public void follow(WireKey key) {
            shared.subscribers().follow(key, Subscriber.this);
        }

        @Override
        public void unfollow(WireKey key) {
            shared.subscribers().unfollow(key, Subscriber.this);
        }

        @Override
        public void answerLater(Subscription subscription, long nanos) {
            shared.tasks().later(() -> answer(subscription), nanos);
        }

        private void answer(Subscription subscription) {
            synchronized (lock) {
                keys.answer(subscription);
                send();
            }
        }

        @Override
        public void outOfMemory() {
            end(io.grpc.Status.RESOURCE_EXHAUSTED.withDescription(StreamKeys.NO_MEMORY));
        }
    }
}

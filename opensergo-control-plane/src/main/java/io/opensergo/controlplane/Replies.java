package io.opensergo.controlplane;

import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * How the client of one stream answers its pushes: what it has not answered yet, and what it
 * refused. Confined to the lock of its {@link Subscriber}.
 */
final class Replies {

    /** What a request says of a push. */
    enum Verdict {
        ACCEPTED,
        REFUSED,
        /** Nothing: it asks for something. */
        NONE;

        /** The public Go client accepts a push with the code of what went wrong with it. */
        static Verdict of(SubscribeRequest request) {
            return switch (request.getResponseAck()) {
                case WireStatus.ACK -> hasFailed(request.getStatus()) ? REFUSED : ACCEPTED;
                case WireStatus.NACK -> REFUSED;
                default -> NONE;
            };
        }

        private static boolean hasFailed(Status status) {
            return switch (status.getCode()) {
                case 0, WireStatus.SUCCESS, WireStatus.SUCCESS_LATER -> false;
                default -> true;
            };
        }
    }

    private final StreamMemory memory;
    private final RefusedPushLog log;
    private final Counters counters;
    private final InstantSource clock;
    private final Unanswered unanswered = new Unanswered();
    private SubscriberStatus.@Nullable Nack lastNack;

    Replies(StreamMemory memory, RefusedPushLog log, Counters counters, InstantSource clock) {
        this.memory = memory;
        this.log = log;
        this.counters = counters;
        this.clock = clock;
    }

    /** Takes note of a push that is to be answered. */
    void sent(String responseId, Push push, int keys) {
        unanswered.add(responseId, push, keys);
        counters.pushes.increment();
    }

    /** Forgets the pushes of a key that is not followed any more. */
    void drop(Subscription subscription) {
        unanswered.drop(subscription);
    }

    void clear() {
        unanswered.clear();
    }

    /** Returns the last refusal of which it cannot be told which push it means. */
    SubscriberStatus.@Nullable Nack lastNack() {
        return lastNack;
    }

    /**
     * Takes an answer.
     *
     * @param identifier what the client calls itself
     */
    void take(Verdict verdict, SubscribeRequest request, String identifier) {
        switch (verdict) {
            case ACCEPTED -> acked(request);
            case REFUSED -> nacked(request, identifier);
            case NONE -> {}
        }
    }

    private void acked(SubscribeRequest request) {
        Push push = unanswered.answered(request.getRequestId());
        if (push != null) {
            push.subscription().acked(push.version());
            counters.acceptedPushes.increment();
        }
    }

    /** A client that refuses all pushes for one reason is logged once. */
    private void nacked(SubscribeRequest request, String identifier) {
        Push push = unanswered.answered(request.getRequestId());
        Subscription about = push == null ? null : push.subscription();
        SubscriberStatus.Nack before = about == null ? lastNack : about.lastNack();
        Status status = request.getStatus();
        String reason =
                keepable(
                        ClientText.printable(status.getMessage()),
                        before == null ? 0 : before.reason().length());
        var nack =
                new SubscriberStatus.Nack(
                        push == null ? 0 : push.version(),
                        status.getCode(),
                        reason,
                        clock.instant());
        if (about == null) {
            lastNack = nack;
        } else {
            about.nacked(nack);
        }
        counters.refusedPushes.increment();
        if (before == null || !before.reason().equals(reason)) {
            log.log(identifier, push, nack);
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
}

package io.opensergo.controlplane;

import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * What one revision changed for an application and is still to be sent on a stream: no more than
 * one push a kind. Confined to the lock of its {@link Subscriber}.
 */
final class RevisionInTransit {

    /** What the push of a part has beside it, more or less. */
    private static final long BESIDE_BYTES = 256;

    /** A push that only lacks who sends it, its response id and what follows it. */
    record Part(
            Subscription subscription, long version, boolean empty, SubscribeResponse response) {

        /** Returns how many bytes the push has, more or less. */
        long bytes() {
            return response.getSerializedSize() + BESIDE_BYTES;
        }
    }

    private final Queue<Part> parts = new ArrayDeque<>(1);

    boolean isEmpty() {
        return parts.isEmpty();
    }

    void add(Subscription subscription, long version, boolean empty, SubscribeResponse response) {
        parts.add(new Part(subscription, version, empty, response));
    }

    /** Returns the next push; there must be one. */
    Part next() {
        return parts.element();
    }

    /** Returns the kinds that follow the next push. */
    List<String> kindsAfterNext() {
        return parts.stream().skip(1).map(part -> part.subscription().key().kind()).toList();
    }

    /** Takes note that the next push has been sent. */
    void sent() {
        parts.remove();
    }

    /** Drops the push of a subscription and returns how many bytes it had; 0 if there is none. */
    long remove(Subscription subscription) {
        long before = bytes();
        parts.removeIf(part -> part.subscription().equals(subscription));
        return before - bytes();
    }

    long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    List<Subscription> subscriptions() {
        return parts.stream().map(Part::subscription).toList();
    }

    void clear() {
        parts.clear();
    }
}

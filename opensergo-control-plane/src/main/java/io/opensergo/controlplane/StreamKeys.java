package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Admits the keys that one stream follows, as many as the limit and its memory allow, and has them
 * answered. Confined to the lock of its {@link Subscriber}.
 */
final class StreamKeys {

    /** What changes with the keys; called under the lock. */
    interface Owner {

        /** The stream is to hear of changes of a key. */
        void follow(WireKey key);

        /** The stream is not to hear of changes of a key any longer. */
        void unfollow(WireKey key);

        /** The client asked again too soon: {@link #answer} is to be called after a time. */
        void answerLater(Subscription subscription, long nanos);

        /** The client may not have the memory by which it can be told that it has too much. */
        void outOfMemory();
    }

    /** Why a client that asks for too much gets no more. */
    static final String NO_MEMORY =
            "the control plane has no more memory for what this client asks";

    private final FollowedKeys followed;
    private final SendQueue queue;
    private final Replies replies;
    private final StreamMemory memory;
    private final int limit;
    private final Refusals refusals;
    private final Counters counters;
    private final Owner owner;

    /**
     * The subscriptions that ended within a second after much was sent for them, the oldest first:
     * who asks for one of them again takes it up where it was. Their memory is still held.
     */
    private final Map<WireKey, Subscription> left = new LinkedHashMap<>(0);

    /**
     * @param followed what is changed here alone
     * @param queue sends what is followed
     * @param limit how many keys may be followed
     */
    StreamKeys(
            FollowedKeys followed,
            SendQueue queue,
            Replies replies,
            StreamMemory memory,
            int limit,
            Refusals refusals,
            Counters counters,
            Owner owner) {
        this.followed = followed;
        this.queue = queue;
        this.replies = replies;
        this.memory = memory;
        this.limit = limit;
        this.refusals = refusals;
        this.counters = counters;
        this.owner = owner;
    }

    /** Does what a request asks for. */
    void take(Asked asked, SubscribeRequest request) {
        asked.unsubscribes().forEach(this::unsubscribe);
        asked.subscribes().forEach(key -> subscribe(key, request));
        asked.refusals().forEach(this::refuse);
    }

    /** Takes keys back that the client may not read any longer. */
    void takeBack(List<WireKey> forbidden) {
        for (WireKey key : forbidden) {
            if (followed.find(key) != null) {
                counters.forbiddenKeys.increment();
                unsubscribe(key);
                refuse(refusals.forbidden(key));
            }
        }
    }

    private void subscribe(WireKey key, SubscribeRequest request) {
        Subscription known = followed.find(key);
        Subscription subscription = known == null ? follow(key, request) : known;
        if (subscription != null) {
            answerOrPutOff(subscription);
        }
    }

    /** Follows a key, or refuses it, if there is no place for it. */
    private @Nullable Subscription follow(WireKey key, SubscribeRequest request) {
        if (followed.size() >= limit) {
            counters.keysOverLimit.increment();
            String reason = "this stream follows " + limit + " keys, its limit";
            refuse(refusals.of(request, key.kind(), reason));
            return null;
        }
        Subscription before = left.remove(key);
        Subscription subscription = before == null ? new Subscription(key) : before;
        if (before == null && !memory.hold(subscription.bytes())) {
            refuse(refusals.of(request, key.kind(), NO_MEMORY));
            return null;
        }
        followed.add(subscription);
        owner.follow(key);
        return subscription;
    }

    private void answerOrPutOff(Subscription subscription) {
        long wait = subscription.tooSoonFor(System.nanoTime());
        if (wait == 0) {
            subscription.asked();
            queue.stale(subscription);
        } else if (subscription.putOff()) {
            owner.answerLater(subscription, wait);
        }
    }

    /** Answers a client that asked again too soon, unless it was answered meanwhile. */
    void answer(Subscription subscription) {
        if (subscription.isPutOff() && subscription.equals(followed.find(subscription.key()))) {
            answerOrPutOff(subscription); // perhaps it was sent meanwhile, and asked for again
        }
    }

    private void unsubscribe(WireKey key) {
        Subscription subscription = followed.remove(key);
        if (subscription != null) {
            queue.remove(subscription);
            owner.unfollow(key);
            if (subscription.tooSoonFor(System.nanoTime()) > 0) {
                left.put(key, subscription);
            } else {
                drop(subscription);
            }
        }
    }

    private void refuse(SubscribeResponse refusal) {
        if (!queue.refuse(refusal)) {
            owner.outOfMemory();
        }
    }

    /** Frees what has been left for so long that it may be sent again. */
    void forgetLeft(long nowNanos) {
        left.values()
                .removeIf(
                        subscription -> {
                            boolean over = subscription.tooSoonFor(nowNanos) == 0;
                            if (over) {
                                drop(subscription);
                            }
                            return over;
                        });
    }

    private void drop(Subscription subscription) {
        replies.drop(subscription);
        memory.release(subscription.bytes());
    }

    /** Nothing is followed any more; the memory of the stream is freed as a whole. */
    void close() {
        followed.keys().forEach(owner::unfollow);
        followed.clear();
        left.clear();
    }
}

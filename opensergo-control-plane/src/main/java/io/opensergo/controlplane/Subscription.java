package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How far one key of one stream is. Confined to the lock of its {@link Subscriber}. */
final class Subscription {

    private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MUCH = 4096;
    private static final long BYTES = 1000;

    private final WireKey key;
    private boolean repeat;
    private boolean putOff;
    private boolean answerScheduled;
    private long sentNanos;
    private int sentBytes;
    private long sentVersion;
    private boolean sentEmpty;
    private long ackedVersion;
    private SubscriberStatus.@Nullable Nack lastNack;

    Subscription(WireKey key) {
        this.key = key;
    }

    WireKey key() {
        return key;
    }

    /** The client asked again: it gets the whole state even if it has that version. */
    void asked() {
        repeat = true;
        putOff = false;
    }

    /**
     * Returns for how many nanoseconds an answer to a client that asks again is put off: the same
     * is not sent twice within a second, if it is much.
     */
    long tooSoonFor(long nowNanos) {
        return sentBytes < MUCH ? 0 : Math.max(0, sentNanos + REPEAT_NANOS - nowNanos);
    }

    /** Puts an answer off and returns whether somebody has to come back for it. */
    boolean putOff() {
        boolean first = !answerScheduled;
        putOff = true;
        answerScheduled = true;
        return first;
    }

    /** Somebody has come back, and returns whether the answer is still owed. */
    boolean isPutOff() {
        answerScheduled = false;
        return putOff;
    }

    /**
     * Returns whether a set is news: what came into force up to the version of a push was in that
     * push. No rules after no rules are none, whatever was in between: since when a key has had no
     * rules is known of all keys together only.
     */
    boolean wants(RuleSet set) {
        return repeat || (set.since() > sentVersion && !(sentEmpty && set.isEmpty()));
    }

    void sent(long version, boolean empty, int bytes, long nowNanos) {
        repeat = false;
        putOff = false; // this was the answer
        sentVersion = version;
        sentEmpty = empty;
        sentBytes = bytes;
        sentNanos = nowNanos;
    }

    void acked(long version) {
        ackedVersion = Math.max(ackedVersion, version);
    }

    SubscriberStatus.@Nullable Nack lastNack() {
        return lastNack;
    }

    void nacked(SubscriberStatus.Nack nack) {
        lastNack = nack;
    }

    /**
     * Returns what it takes of memory, more or less: names, counters, and what waits for answers.
     */
    long bytes() {
        return BYTES + key.bytes() + (lastNack == null ? 0 : 2 * lastNack.reason().length());
    }

    SubscriberStatus.Subscription status() {
        return new SubscriberStatus.Subscription(
                key.namespace(), key.app(), key.kind(), sentVersion, ackedVersion, lastNack);
    }
}

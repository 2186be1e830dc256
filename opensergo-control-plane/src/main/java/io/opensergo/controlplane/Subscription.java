package io.opensergo.controlplane;

import org.jspecify.annotations.Nullable;

/** How far one key of one stream is. Confined to the lock of its {@link Subscriber}. */
final class Subscription {

    private final RuleKey key;
    private boolean repeat;
    private long sentVersion;
    private boolean sentEmpty;
    private long ackedVersion;
    private SubscriberStatus.@Nullable Nack lastNack;

    Subscription(RuleKey key) {
        this.key = key;
    }

    RuleKey key() {
        return key;
    }

    /** The client asked again: it gets the whole state even if it has that version. */
    void asked() {
        repeat = true;
    }

    /**
     * Returns whether a set is news: what came into force up to the version of a push was in that
     * push. No rules after no rules are none, whatever was in between: since when a key has had no
     * rules is known of all keys together only.
     */
    boolean wants(RuleSet set) {
        return repeat || (set.since() > sentVersion && !(sentEmpty && set.isEmpty()));
    }

    void sent(long version, boolean empty) {
        repeat = false;
        sentVersion = version;
        sentEmpty = empty;
    }

    void acked(long version) {
        ackedVersion = Math.max(ackedVersion, version);
    }

    /** Takes note of a refusal and returns the one before. */
    SubscriberStatus.@Nullable Nack nacked(SubscriberStatus.Nack nack) {
        SubscriberStatus.Nack before = lastNack;
        lastNack = nack;
        return before;
    }

    SubscriberStatus.Subscription status() {
        return new SubscriberStatus.Subscription(
                key.namespace(), key.app(), key.kind(), sentVersion, ackedVersion, lastNack);
    }
}

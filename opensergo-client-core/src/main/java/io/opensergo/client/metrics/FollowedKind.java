package io.opensergo.client.metrics;

import io.opensergo.api.RuleKey;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The followed keys of one kind and when the control plane last sent the rules in force of each.
 *
 * <p>Changed on the event loop; read by any thread, which may see a key's old time.
 */
final class FollowedKind {

    private static final double NANOS_PER_SECOND = 1e9;

    private final String name;
    private final LongSupplier nanoTime;

    /** A key stands here from when it is followed; without a time until it has one. */
    private final Map<RuleKey, Confirmation> keys = new ConcurrentHashMap<>();

    private record Confirmation(boolean known, long atNanos) {

        static final Confirmation NONE = new Confirmation(false, 0);
    }

    FollowedKind(String name, LongSupplier nanoTime) {
        this.name = name;
        this.nanoTime = nanoTime;
    }

    String name() {
        return name;
    }

    void follow(RuleKey key) {
        keys.put(key, Confirmation.NONE);
    }

    void forget(RuleKey key) {
        keys.remove(key);
    }

    /** The control plane sent the rules now. */
    void confirm(RuleKey key) {
        keys.replace(key, new Confirmation(true, nanoTime.getAsLong()));
    }

    /** The control plane sent the rules before. */
    void restore(RuleKey key, Duration age) {
        keys.replace(key, new Confirmation(true, nanoTime.getAsLong() - age.toNanos()));
    }

    int size() {
        return keys.size();
    }

    /** Returns the seconds since the oldest confirmation, or NaN without any. */
    double ageSeconds() {
        long now = nanoTime.getAsLong();
        double oldest = Double.NaN;
        for (Confirmation each : keys.values()) {
            if (each.known()) {
                double age = (now - each.atNanos()) / NANOS_PER_SECOND;
                oldest = Double.isNaN(oldest) ? age : Math.max(oldest, age);
            }
        }
        return oldest;
    }
}

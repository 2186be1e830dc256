package io.opensergo.console.internal.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often an address may show a wrong token: some times at once, and then now and again. All
 * addresses together have a limit too, and of a few thousand addresses those of the longest ago are
 * forgotten. A right token costs nothing.
 *
 * <p>For any number of threads.
 */
final class AttemptLimit {

    private static final int MAX_ADDRESSES = 4096;
    private static final int BURST_OF_ALL = 200;

    private final int burst;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final Bucket ofAll;
    private final Map<String, Bucket> byAddress =
            new LinkedHashMap<>(16, 0.75f, true) {

                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                    return size() > MAX_ADDRESSES;
                }
            };

    /** Tokens of a token bucket. */
    private static final class Bucket {

        private final int size;
        private final double nanosEach;
        private double left;
        private long filledAt;

        Bucket(int size, double nanosEach, long now) {
            this.size = size;
            this.nanosEach = nanosEach;
            this.left = size;
            this.filledAt = now;
        }

        double left(long now) {
            left = Math.min(size, left + (now - filledAt) / nanosEach);
            filledAt = now;
            return left;
        }
    }

    AttemptLimit(int burst, Duration interval, LongSupplier nanoTime) {
        this.burst = burst;
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
        this.ofAll = new Bucket(BURST_OF_ALL, intervalNanos / 10.0, nanoTime.getAsLong());
    }

    /** Returns for how many seconds an address has to wait until it may try; 0 if it may now. */
    synchronized long secondsToWait(String host) {
        long now = nanoTime.getAsLong();
        Bucket bucket = byAddress.get(network(host));
        double missing = bucket == null ? 0 : 1 - bucket.left(now);
        double missingOfAll = 1 - ofAll.left(now);
        double nanos = Math.max(missing * intervalNanos, missingOfAll * intervalNanos / 10);
        return nanos <= 0 ? 0 : (long) Math.ceil(nanos / 1e9);
    }

    /** An address has shown a wrong token. */
    synchronized void failed(String host) {
        long now = nanoTime.getAsLong();
        Bucket bucket =
                byAddress.computeIfAbsent(
                        network(host), key -> new Bucket(burst, intervalNanos, now));
        bucket.left(now);
        bucket.left--;
        ofAll.left(now);
        ofAll.left--;
    }

    /** Of IPv6 a host has a whole network of 64 bits. */
    private static String network(String host) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        String[] parts = bare.split(":", -1);
        return parts.length < 5 || bare.contains("::")
                ? bare
                : String.join(":", parts[0], parts[1], parts[2], parts[3]);
    }
}

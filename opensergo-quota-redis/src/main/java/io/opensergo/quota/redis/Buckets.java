package io.opensergo.quota.redis;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.VerboseResult;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.api.StatefulRedisConnection;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of Bucket4j's that permits are taken from: their keys, their configurations and the
 * versions of these.
 *
 * <p>The version of a threshold is when this instance learnt it, in milliseconds, so that the
 * threshold that was learnt last is in force. Versions are kept for so many keys and then
 * forgotten; one that is learnt again replaces a configuration by an equal one, which changes
 * nothing and costs one more round trip.
 */
final class Buckets {

    /** How long a bucket outlives its window in Redis. */
    static final int KEEP_SECONDS = 5;

    private static final int MAX_VERSIONS = 10_000;

    private final String keyPrefix;
    private final TimeMeter clock;
    private final ConcurrentMap<VersionKey, Version> versions = new ConcurrentHashMap<>();

    Buckets(String keyPrefix, TimeMeter clock) {
        this.keyPrefix = keyPrefix;
        this.clock = clock;
    }

    /** Returns what changes buckets over a connection. */
    AsyncProxyManager<byte[]> proxies(
            StatefulRedisConnection<byte[], byte[]> connection, Duration timeout) {
        return Bucket4jLettuce.casBasedBuilder(connection)
                .clientClock(clock)
                .requestTimeout(timeout)
                .expirationAfterWrite(
                        ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(
                                Duration.ofSeconds(KEEP_SECONDS)))
                .build()
                .asAsync();
    }

    /** Takes permits of a key, or what is left of them. The threshold is not 0. */
    CompletableFuture<QuotaGrant> take(
            AsyncProxyManager<byte[]> proxies, QuotaKey key, QuotaLimit limit, long permits) {
        BucketConfiguration configuration = configuration(limit);
        return proxies.builder()
                .withImplicitConfigurationReplacement(
                        version(key, limit), TokensInheritanceStrategy.ADDITIVE)
                .build(bytes(key, limit), () -> CompletableFuture.completedFuture(configuration))
                .asVerbose()
                .tryConsumeAsMuchAsPossible(permits)
                .thenApply(result -> grant(result, limit));
    }

    private static BucketConfiguration configuration(QuotaLimit limit) {
        long capacity = Math.min(limit.threshold(), limit.window().toNanos());
        return BucketConfiguration.builder()
                .addLimit(
                        Bandwidth.builder()
                                .capacity(capacity)
                                .refillIntervally(capacity, limit.window())
                                .build())
                .build();
    }

    private static QuotaGrant grant(VerboseResult<Long> result, QuotaLimit limit) {
        long left = result.getState().calculateFullRefillingTime(result.getOperationTimeNanos());
        long window = limit.window().toNanos();
        return new QuotaGrant(
                result.getValue(), Duration.ofNanos(Math.max(1, Math.min(left, window))));
    }

    private long version(QuotaKey key, QuotaLimit limit) {
        if (versions.size() > MAX_VERSIONS) {
            versions.clear();
        }
        return versions.compute(
                        new VersionKey(key, limit.window()),
                        (sought, known) -> Version.of(known, limit.threshold(), nowMillis()))
                .number();
    }

    private long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(clock.currentTimeNanos());
    }

    /** The parts are encoded, so that no two keys are joined to the same text. */
    private byte[] bytes(QuotaKey key, QuotaLimit limit) {
        String text =
                keyPrefix
                        + String.join(
                                ":",
                                encode(key.namespace()),
                                encode(key.app()),
                                encode(key.resource()),
                                encode(key.strategy()),
                                limit.window().toMillis() + "ms");
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }

    private record VersionKey(QuotaKey key, Duration window) {}

    private record Version(long threshold, long number) {

        static Version of(@Nullable Version known, long threshold, long now) {
            if (known == null) {
                return new Version(threshold, now);
            }
            return known.threshold == threshold
                    ? known
                    : new Version(threshold, Math.max(now, known.number + 1));
        }
    }
}

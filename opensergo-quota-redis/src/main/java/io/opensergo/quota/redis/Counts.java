package io.opensergo.quota.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.Base16;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The counts of permits in Redis: one hash for each key and length of window, which holds the
 * number of the latest window, what was granted in it and since when it is counted.
 *
 * <p>A script reads Redis's clock, counts and decides, so that a request is one round trip, which
 * nobody can come between. It writes what it computed (Redis replicates effects from version 5 on),
 * and touches one key. Redis is sent the text of the script once for each time that it does not
 * know it, else the digest.
 *
 * <p>Numbers in a script are doubles, which are exact up to 2^53: times in microseconds are, for
 * centuries, and more permits than that are not counted.
 */
final class Counts {

    /** How long a count outlives its window in Redis. */
    static final int KEEP_MILLIS = 5000;

    private static final long EXACT = (1L << 53) - 1;

    private static final String TIME_OF_REDIS = "redis.call('TIME')";

    /*
     * The number of a window is that of its beginning since 1970. A clock of Redis that went back
     * by less than a window, as a fail-over can do, continues the window that was the latest.
     */
    private static final String SCRIPT =
            """
            local time = %s
            local now = time[1] * 1000000 + time[2]
            local length = tonumber(ARGV[1])
            local threshold = tonumber(ARGV[2])
            local wanted = tonumber(ARGV[3])
            local window = math.floor(now / length)
            local held = redis.call('HMGET', KEYS[1], 'window', 'granted', 'since')
            local latest = tonumber(held[1] or -1)
            local granted = tonumber(held[2] or 0)
            local since = tonumber(held[3] or 0)
            if latest == window or latest == window + 1 then
                window = latest
            else
                granted = 0
                since = now
                redis.call('HSET', KEYS[1], 'window', window, 'granted', 0, 'since', since)
                redis.call('PEXPIRE', KEYS[1], math.ceil(length / 1000) + tonumber(ARGV[4]))
            end
            local grant = math.max(0, math.min(wanted, threshold - granted))
            if grant > 0 then
                redis.call('HINCRBY', KEYS[1], 'granted', grant)
            end
            return {grant, (window + 1) * length - now, since}
            """;

    private final String keyPrefix;
    private final byte[] script;
    private final String digest;

    Counts(String keyPrefix) {
        this(keyPrefix, TIME_OF_REDIS);
    }

    /**
     * Goes by another clock than Redis's.
     *
     * @param time an expression of the script's language for a table of seconds and microseconds
     */
    Counts(String keyPrefix, String time) {
        this.keyPrefix = keyPrefix;
        this.script = SCRIPT.formatted(time).getBytes(StandardCharsets.UTF_8);
        this.digest = Base16.digest(script);
    }

    /** Takes permits of a key, or what is left of them. The threshold is not 0. */
    CompletionStage<QuotaGrant> take(
            StatefulRedisConnection<byte[], byte[]> connection,
            QuotaKey key,
            QuotaLimit limit,
            long permits) {
        RedisAsyncCommands<byte[], byte[]> redis = connection.async();
        byte[][] keys = {key(key, limit)};
        byte[][] arguments = {
            number(micros(limit)),
            number(Math.min(limit.threshold(), EXACT)),
            number(Math.min(permits, EXACT)),
            number(KEEP_MILLIS)
        };
        RedisFuture<List<Long>> byDigest =
                redis.evalsha(digest, ScriptOutputType.MULTI, keys, arguments);
        return byDigest.handle(
                        (answer, error) ->
                                error instanceof RedisNoScriptException
                                        ? redis.<List<Long>>eval(
                                                script, ScriptOutputType.MULTI, keys, arguments)
                                        : byDigest)
                .thenCompose(Function.identity())
                .thenApply(answer -> grant(answer, limit));
    }

    private static QuotaGrant grant(List<Long> answer, QuotaLimit limit) {
        Duration left = Duration.of(answer.get(1), ChronoUnit.MICROS);
        return new QuotaGrant(
                answer.get(0),
                left.compareTo(limit.window()) < 0 ? left : limit.window(),
                answer.get(2));
    }

    /** A window is a whole number of microseconds, which is what Redis's clock can tell. */
    private static long micros(QuotaLimit limit) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMicros(limit.window().toNanos()));
    }

    private static byte[] number(long value) {
        return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
    }

    /** The parts are encoded, so that no two keys are joined to the same text. */
    private byte[] key(QuotaKey key, QuotaLimit limit) {
        String text =
                keyPrefix
                        + String.join(
                                ":",
                                encode(key.namespace()),
                                encode(key.app()),
                                encode(key.resource()),
                                encode(key.strategy()),
                                micros(limit) + "us");
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }
}

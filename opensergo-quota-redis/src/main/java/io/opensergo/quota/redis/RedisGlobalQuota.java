package io.opensergo.quota.redis;

import io.github.bucket4j.distributed.proxy.AsyncProxyManager;
import io.lettuce.core.api.StatefulRedisConnection;
import io.opensergo.api.ConfigurationException;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import io.opensergo.governance.quota.QuotaUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A store of permits in Redis.
 *
 * <p>Each key is a bucket of Bucket4j's that is filled up to the threshold at the end of each
 * window, not little by little: so no window has more permits than the threshold, and a burst may
 * take them all. Windows follow each other from the first request on; a span of one window's length
 * that straddles two of them can see up to twice the threshold, which is the least that a bucket
 * can do that admits the threshold as a burst. A bucket is changed by compare-and-swap, again if
 * another instance was quicker, and expires in Redis five seconds after its window.
 *
 * <p>An edited threshold takes effect on the bucket there is: each instance dates its threshold by
 * when it learnt it, and the threshold that was learnt last is in force for all of them. A higher
 * one adds the difference; a lower one grants at most itself until the window ends. A window of
 * another length has a bucket of its own. More than one permit a nanosecond is not counted: a
 * higher threshold counts as that.
 *
 * <p>Time is the wall clock of the instances. A bucket goes by the fastest of their clocks: a clock
 * that is ahead by some time ends a window that much too early, once for each time that a bucket
 * expires, and one that is behind uses its permits that much too long. Keep them synchronized.
 *
 * <p>Safe for many threads. While Redis cannot be reached, requests fail at once and the connection
 * is made again in the background, with a delay of up to a second.
 */
public final class RedisGlobalQuota implements GlobalQuota {

    private final RedisLink link;
    private final Buckets buckets;
    private final Duration commandTimeout;
    private volatile @Nullable AsyncProxyManager<byte[]> proxies;
    private volatile boolean closed;

    RedisGlobalQuota(RedisLink link, Buckets buckets, Duration commandTimeout) {
        this.link = link;
        this.buckets = buckets;
        this.commandTimeout = commandTimeout;
    }

    /**
     * Connects to Redis and returns when connected.
     *
     * @param uri {@code redis://[user:password@]host[:port][/database]}, or {@code rediss://} for
     *     TLS; never repeated in a message
     * @throws ConfigurationException if the URI cannot be used or Redis cannot be reached by it
     */
    public static RedisGlobalQuota connect(String uri) {
        return builder(uri).connect();
    }

    /**
     * Starts to set up a quota with a connection of its own.
     *
     * @throws ConfigurationException if the URI is malformed
     */
    public static RedisGlobalQuotaBuilder builder(String uri) {
        return new RedisGlobalQuotaBuilder(OwnLink.parse(uri));
    }

    /**
     * Starts to set up a quota on a connection that its owner closes, such as {@code
     * redisClient.connect(ByteArrayCodec.INSTANCE)}.
     */
    public static RedisGlobalQuotaBuilder builder(
            StatefulRedisConnection<byte[], byte[]> connection) {
        return new RedisGlobalQuotaBuilder(connection);
    }

    @Override
    public Mono<QuotaGrant> acquire(QuotaKey key, QuotaLimit limit, long permits) {
        if (permits < 1) {
            throw new IllegalArgumentException("permits must be >= 1, was " + permits);
        }
        return Mono.defer(() -> ask(key, limit, permits));
    }

    private Mono<QuotaGrant> ask(QuotaKey key, QuotaLimit limit, long permits) {
        if (closed) {
            return Mono.error(
                    new QuotaUnavailableException("the quota is closed; make a new one", null));
        }
        if (limit.threshold() == 0) {
            return Mono.just(new QuotaGrant(0, limit.window()));
        }
        return Mono.fromFuture(
                        () ->
                                link.connection()
                                        .thenCompose(
                                                connection ->
                                                        buckets.take(
                                                                proxies(connection),
                                                                key,
                                                                limit,
                                                                permits)))
                .timeout(commandTimeout)
                .onErrorMap(this::unavailable);
    }

    /** A link has one connection ever, so this is made once, or twice by two who come at once. */
    private AsyncProxyManager<byte[]> proxies(StatefulRedisConnection<byte[], byte[]> connection) {
        AsyncProxyManager<byte[]> known = proxies;
        if (known == null) {
            known = buckets.proxies(connection, commandTimeout);
            proxies = known;
        }
        return known;
    }

    private Throwable unavailable(Throwable error) {
        Throwable cause =
                error instanceof CompletionException && error.getCause() != null
                        ? error.getCause()
                        : error;
        String problem =
                isTimeout(cause)
                        ? "no answer within " + commandTimeout.toMillis() + " ms (commandTimeout)"
                        : RedisProblem.describe(cause);
        return new QuotaUnavailableException(link + ": " + problem, RedisProblem.root(cause));
    }

    private static boolean isTimeout(Throwable cause) {
        return cause instanceof TimeoutException
                || cause instanceof io.github.bucket4j.TimeoutException;
    }

    @Override
    public void close() {
        closed = true;
        link.close();
    }

    /** Returns for example {@code Redis at 'localhost:6379'}. */
    @Override
    public String toString() {
        return link.toString();
    }
}

package io.opensergo.quota.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.opensergo.api.ConfigurationException;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import io.opensergo.governance.quota.QuotaUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A store of permits in Redis.
 *
 * <p>Windows go by Redis's clock and nobody else's: a window of a second begins with each second of
 * it, one of a day at midnight UTC. No window has more permits than the threshold. A burst may take
 * them all, so a span of one window's length that straddles two of them can see up to twice the
 * threshold. A clock of Redis that is set ends the window under way. The clocks of the instances do
 * not matter.
 *
 * <p>A request is one script, so one round trip, however many instances ask at once; two, once
 * after each start of Redis, which does not know the script yet. The count of a key expires five
 * seconds after its window. Redis 5 or newer is needed, a single one or a primary that Sentinel
 * names; not Redis Cluster.
 *
 * <p>An edited threshold takes effect on the window under way: a higher one adds the difference, a
 * lower one grants nothing more if as much was granted before. A window of another length is
 * counted apart. Windows are whole microseconds, and more than 2^53 permits are not counted.
 *
 * <p>Safe for many threads. While Redis cannot be reached, requests fail at once and the connection
 * is made again in the background, with a delay of up to a second.
 */
public final class RedisGlobalQuota implements GlobalQuota {

    private final RedisLink link;
    private final Counts counts;
    private final Duration commandTimeout;
    private volatile boolean closed;

    RedisGlobalQuota(RedisLink link, Counts counts, Duration commandTimeout) {
        this.link = link;
        this.counts = counts;
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
        return Mono.fromFuture(() -> answer(key, limit, permits))
                .timeout(commandTimeout)
                .onErrorMap(TimeoutException.class, this::timedOut)
                .flatMap(Answer::toMono);
    }

    /** A future that never fails: a failure that nobody waits for any more is not an error. */
    private CompletableFuture<Answer> answer(QuotaKey key, QuotaLimit limit, long permits) {
        return link.connection()
                .thenCompose(connection -> counts.take(connection, key, limit, permits))
                .handle(
                        (grant, error) ->
                                new Answer(grant, error == null ? null : unavailable(error)));
    }

    private record Answer(@Nullable QuotaGrant grant, @Nullable QuotaUnavailableException error) {
        Mono<QuotaGrant> toMono() {
            return error == null ? Mono.justOrEmpty(grant) : Mono.error(error);
        }
    }

    private QuotaUnavailableException timedOut(Throwable timeout) {
        return new QuotaUnavailableException(
                link + ": no answer within " + commandTimeout.toMillis() + " ms (commandTimeout)",
                timeout);
    }

    private QuotaUnavailableException unavailable(Throwable error) {
        Throwable cause =
                error instanceof CompletionException && error.getCause() != null
                        ? error.getCause()
                        : error;
        return new QuotaUnavailableException(
                link + ": " + RedisProblem.describe(cause), RedisProblem.root(cause));
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

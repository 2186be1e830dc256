package io.opensergo.quota.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.util.NetUtil;
import io.opensergo.api.ConfigurationException;
import io.opensergo.governance.quota.QuotaUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * A connection of this module's own, with two threads.
 *
 * <p>Once made, Lettuce makes it again whenever it is lost, and refuses commands meanwhile: those
 * that wait would take permits long after anyone wants them. The first connection is tried by
 * whoever asks for it.
 */
final class OwnLink implements RedisLink {

    static final String SETTING = "redisUri";

    private static final int THREADS = 2;
    private static final int SETTLE_TRIES = 100;
    private static final Duration SETTLE_DELAY = Duration.ofMillis(2);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final RedisURI uri;
    private final Duration connectTimeout;
    private final ClientResources resources;
    private final RedisClient client;
    private final AtomicReference<
                    @Nullable CompletableFuture<StatefulRedisConnection<byte[], byte[]>>>
            connection = new AtomicReference<>();
    private volatile boolean closed;

    OwnLink(RedisURI uri, Duration connectTimeout) {
        this.uri = uri;
        this.connectTimeout = connectTimeout;
        uri.setTimeout(connectTimeout);
        resources =
                ClientResources.builder()
                        .ioThreadPoolSize(THREADS)
                        .computationThreadPoolSize(THREADS)
                        .reconnectDelay(Delay.fullJitter(10, 1000, 10, TimeUnit.MILLISECONDS))
                        .build();
        client = RedisClient.create(resources);
        client.setOptions(
                ClientOptions.builder()
                        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                        .socketOptions(
                                SocketOptions.builder()
                                        .connectTimeout(connectTimeout)
                                        .keepAlive(true)
                                        .build())
                        .build());
    }

    /** Reads a URI. Neither a message nor a cause repeats it, since it may hold a password. */
    static RedisURI parse(String uri) {
        try {
            RedisURI parsed = RedisURI.create(uri);
            if (hasPlace(parsed)) {
                return parsed;
            }
        } catch (RuntimeException e) {
            throw malformed();
        }
        throw malformed();
    }

    /** A port that is no number is taken for a part of the host, which cannot have a colon then. */
    private static boolean hasPlace(RedisURI uri) {
        String host = uri.getHost();
        return host == null
                ? uri.getSocket() != null || !uri.getSentinels().isEmpty()
                : !host.contains(":") || NetUtil.isValidIpV6Address(host);
    }

    private static ConfigurationException malformed() {
        return new ConfigurationException(
                SETTING,
                "must be redis://[user:password@]host[:port][/database], or rediss:// for TLS, with"
                        + " special characters of the password percent-encoded; what was given is"
                        + " not repeated here, as it may hold a password");
    }

    @Override
    public CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection() {
        while (true) {
            var current = connection.get();
            if (current != null && !current.isCompletedExceptionally()) {
                return current;
            }
            if (closed) {
                return CompletableFuture.failedFuture(
                        new QuotaUnavailableException("the quota is closed", null));
            }
            var next = new CompletableFuture<StatefulRedisConnection<byte[], byte[]>>();
            if (connection.compareAndSet(current, next)) {
                connect(next);
                return next;
            }
        }
    }

    private void connect(CompletableFuture<StatefulRedisConnection<byte[], byte[]>> result) {
        Mono.fromFuture(
                        () ->
                                client.connectAsync(ByteArrayCodec.INSTANCE, uri)
                                        .toCompletableFuture())
                .delayUntil(OwnLink::usable)
                .subscribe(result::complete, result::completeExceptionally);
    }

    /** Lettuce hands a connection out a moment before that accepts commands. */
    private static Mono<String> usable(StatefulRedisConnection<byte[], byte[]> made) {
        return Mono.defer(() -> Mono.fromCompletionStage(made.async().ping()))
                .retryWhen(
                        Retry.fixedDelay(SETTLE_TRIES, SETTLE_DELAY)
                                .filter(e -> !(e instanceof RedisCommandExecutionException)))
                .doOnError(
                        e -> {
                            var unused = made.closeAsync();
                        });
    }

    @Override
    public void awaitConnection() {
        try {
            connection().get(connectTimeout.plus(PATIENCE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw unusable(RedisProblem.describe(e), RedisProblem.root(e));
        } catch (TimeoutException e) {
            throw unusable("not connected within " + connectTimeout + " (connectTimeout)", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unusable("interrupted while connecting", e);
        }
    }

    private ConfigurationException unusable(String problem, Throwable cause) {
        return new ConfigurationException(SETTING, this + ": " + problem, cause);
    }

    @Override
    public void close() {
        closed = true;
        client.shutdown(Duration.ZERO, PATIENCE);
        resources
                .shutdown(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(PATIENCE.toMillis());
    }

    @Override
    public String toString() {
        if (uri.getSocket() != null) {
            return "Redis at '" + uri.getSocket() + "'";
        }
        RedisURI place = uri.getHost() == null ? uri.getSentinels().get(0) : uri;
        return "Redis at '" + place.getHost() + ":" + place.getPort() + "'";
    }
}

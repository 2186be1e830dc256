package io.opensergo.quota.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;

/** A connection that belongs to someone else. */
final class GivenLink implements RedisLink {

    private final CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;

    GivenLink(StatefulRedisConnection<byte[], byte[]> connection) {
        this.connection = CompletableFuture.completedFuture(connection);
    }

    @Override
    public CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection() {
        return connection;
    }

    @Override
    public void awaitConnection() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "Redis of the given connection";
    }
}

package io.opensergo.quota.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;

/** How Redis is reached. {@code toString()} says where it is, without secrets. */
interface RedisLink extends AutoCloseable {

    /** Returns the connection; if it could not be made, each call tries again. Never blocks. */
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection();

    /**
     * Waits for the connection.
     *
     * @throws io.opensergo.api.ConfigurationException if it cannot be made
     */
    void awaitConnection();

    /** Frees what belongs to this link. Closing again does nothing. */
    @Override
    void close();
}

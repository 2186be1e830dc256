package io.opensergo.quota.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.opensergo.api.ConfigurationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Settings of a quota in Redis; for one thread. Each setting has a default. */
public final class RedisGlobalQuotaBuilder {

    private final @Nullable RedisURI uri;
    private final @Nullable StatefulRedisConnection<byte[], byte[]> connection;
    private String keyPrefix = "opensergo:quota:";
    private Duration commandTimeout = Duration.ofMillis(250);
    private Duration connectTimeout = Duration.ofSeconds(2);
    private @Nullable String time;

    RedisGlobalQuotaBuilder(RedisURI uri) {
        this.uri = uri;
        this.connection = null;
    }

    RedisGlobalQuotaBuilder(StatefulRedisConnection<byte[], byte[]> connection) {
        this.uri = null;
        this.connection = connection;
    }

    /** Sets what the keys in Redis begin with; {@code opensergo:quota:} by default. */
    public RedisGlobalQuotaBuilder keyPrefix(String prefix) {
        this.keyPrefix = prefix;
        return this;
    }

    /**
     * Sets how long to wait for Redis to answer before a request has failed; 250 ms by default. A
     * limiter waits a second at most. Nobody waits for a request; it is longer than the slowest
     * round trip that is still healthy.
     *
     * @throws ConfigurationException if it is not positive
     */
    public RedisGlobalQuotaBuilder commandTimeout(Duration timeout) {
        this.commandTimeout = positive("commandTimeout", timeout);
        return this;
    }

    /**
     * Sets how long the making of a connection may take; 2 s by default. Without effect on a
     * connection that was handed in.
     *
     * @throws ConfigurationException if it is not positive
     */
    public RedisGlobalQuotaBuilder connectTimeout(Duration timeout) {
        this.connectTimeout = positive("connectTimeout", timeout);
        return this;
    }

    /** Takes the time from another expression than Redis's clock; for tests. */
    RedisGlobalQuotaBuilder time(String expression) {
        this.time = expression;
        return this;
    }

    /**
     * Makes the quota and returns when it is connected.
     *
     * @throws ConfigurationException if Redis cannot be reached or refuses the user or password
     */
    public RedisGlobalQuota connect() {
        RedisLink link = link();
        try {
            link.awaitConnection();
        } catch (ConfigurationException e) {
            link.close();
            throw e;
        }
        return quota(link);
    }

    /**
     * Makes the quota without waiting for Redis, so that an application can start without it.
     * Requests fail until the connection is made, which each of them tries again.
     */
    public RedisGlobalQuota connectInBackground() {
        RedisLink link = link();
        var unused = link.connection();
        return quota(link);
    }

    private RedisGlobalQuota quota(RedisLink link) {
        Counts counts = time == null ? new Counts(keyPrefix) : new Counts(keyPrefix, time);
        return new RedisGlobalQuota(link, counts, commandTimeout);
    }

    private RedisLink link() {
        if (connection != null) {
            return new GivenLink(connection);
        }
        if (uri == null) {
            throw new IllegalStateException("neither a URI nor a connection");
        }
        return new OwnLink(uri, connectTimeout);
    }

    private static Duration positive(String setting, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new ConfigurationException(setting, "must be positive, was " + value);
        }
        return value;
    }
}

package io.opensergo.quota.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.GlobalQuotaContract;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import reactor.core.publisher.Mono;

/** The script goes by a clock that is kept in Redis and set before each request. */
class RedisGlobalQuotaContractTest extends GlobalQuotaContract {

    private static final String CLOCK = "test-clock";

    private static RedisProcess redis;
    private static RedisClient client;
    private static RedisAsyncCommands<String, String> commands;

    @BeforeAll
    static void startRedis() {
        redis = RedisProcess.started();
        client = RedisClient.create(redis.uri());
        commands = client.connect().async();
    }

    @AfterAll
    static void stopRedis() {
        client.shutdown();
        redis.close();
    }

    @Override
    protected GlobalQuota open() {
        GlobalQuota quota =
                RedisGlobalQuota.builder(redis.uri())
                        .commandTimeout(Duration.ofSeconds(10))
                        .time("redis.call('HMGET', '" + CLOCK + "', 'seconds', 'micros')")
                        .connect();
        return new GlobalQuota() {
            @Override
            public Mono<QuotaGrant> acquire(QuotaKey key, QuotaLimit limit, long permits) {
                Mono<QuotaGrant> asking = quota.acquire(key, limit, permits);
                return Mono.fromFuture(() -> setClock().toCompletableFuture()).then(asking);
            }

            @Override
            public void close() {
                quota.close();
            }
        };
    }

    private CompletionStage<Long> setClock() {
        long micros = TimeUnit.NANOSECONDS.toMicros(ticker.nanos());
        return commands.hset(
                CLOCK,
                Map.of("seconds", "" + micros / 1_000_000, "micros", "" + micros % 1_000_000));
    }
}

package io.opensergo.quota.redis;

import io.github.bucket4j.TimeMeter;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.GlobalQuotaContract;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisGlobalQuotaContractTest extends GlobalQuotaContract {

    private static RedisProcess redis;

    @BeforeAll
    static void startRedis() {
        redis = RedisProcess.started();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @Override
    protected GlobalQuota open() {
        return RedisGlobalQuota.builder(redis.uri())
                .commandTimeout(Duration.ofSeconds(10))
                .clock(
                        new TimeMeter() {
                            @Override
                            public long currentTimeNanos() {
                                return ticker.nanos();
                            }

                            @Override
                            public boolean isWallClockBased() {
                                return true;
                            }
                        })
                .connect();
    }
}

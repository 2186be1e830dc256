package io.opensergo.quota.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandType;
import io.opensergo.api.time.Ticker;
import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import io.opensergo.governance.quota.QuotaUnavailableException;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class RedisGlobalQuotaTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** So long that none ends while a test runs: one ended in 2024, the next does in 2052. */
    private static final Duration WINDOW = Duration.ofDays(10_000);

    private static final int THRESHOLD = 1000;
    private static final int GREATEST_LEASE = 100;

    private static RedisProcess redis;
    private static RedisClient client;
    private static RedisCommands<String, String> commands;

    private final Ticker ticker = Ticker.system();
    private final QuotaHealth health = new QuotaHealth(ticker);
    private final QuotaKey key =
            new QuotaKey("shop", UUID.randomUUID().toString(), "GET:/foo", "limit");
    private LogCapture log;

    @BeforeAll
    static void startRedis() {
        redis = RedisProcess.started();
        client = RedisClient.create(redis.uri());
        commands = client.connect().sync();
    }

    @AfterAll
    static void stopRedis() {
        client.shutdown(Duration.ZERO, PATIENCE);
        redis.close();
    }

    @BeforeEach
    void openLog() {
        log = LogCapture.open();
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    private static RedisGlobalQuotaBuilder builder() {
        return RedisGlobalQuota.builder(redis.uri()).commandTimeout(Duration.ofSeconds(10));
    }

    private QuotaGrant acquire(GlobalQuota quota, long threshold, long permits) {
        return quota.acquire(key, new QuotaLimit(threshold, WINDOW), permits).block(PATIENCE);
    }

    private LeasedLimiter limiter(GlobalQuota quota, Duration window) {
        return new LeasedLimiter(
                quota,
                key,
                THRESHOLD,
                window.toNanos(),
                QuotaFailurePolicy.FAIL_LOCAL,
                () -> 4,
                health,
                ticker);
    }

    private long tryAcquire(LeasedLimiter limiter) {
        return limiter.tryAcquire(ticker.nanos());
    }

    private List<String> keys(String pattern) {
        return commands.keys(pattern);
    }

    @Test
    void threeInstancesAdmitTheThresholdAndOneGreatestLeaseEachAtMost() throws Exception {
        try (GlobalQuota first = builder().connect();
                GlobalQuota second = builder().connect();
                GlobalQuota third = builder().connect()) {
            List<LeasedLimiter> limiters =
                    List.of(
                            limiter(first, WINDOW),
                            limiter(second, WINDOW),
                            limiter(third, WINDOW));
            List<Instance> instances = limiters.stream().map(Instance::new).toList();

            instances.forEach(Thread::start);
            for (Instance instance : instances) {
                instance.join(PATIENCE.toMillis());
            }

            long admitted = instances.stream().mapToLong(instance -> instance.admitted).sum();
            assertThat(instances).allMatch(instance -> instance.told);
            assertThat(admitted).isBetween((long) THRESHOLD, THRESHOLD + 3L * GREATEST_LEASE);
            assertThat(acquire(first, THRESHOLD, 1).permits()).isZero();
        }
    }

    /** Asks until it is told that the window has no more; its fields are for who has joined it. */
    private final class Instance extends Thread {
        private final LeasedLimiter limiter;
        private long admitted;
        private boolean told;

        Instance(LeasedLimiter limiter) {
            super("instance");
            this.limiter = limiter;
        }

        @Override
        public void run() {
            long deadline = ticker.nanos() + PATIENCE.toNanos();
            while (!told && ticker.nanos() - deadline < 0) {
                long wait = tryAcquire(limiter);
                if (wait == 0) {
                    admitted++;
                } else {
                    told = wait > TimeUnit.SECONDS.toNanos(10);
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    void countsExpireSoonAfterTheirWindow() {
        try (GlobalQuota quota = builder().connect()) {
            acquire(quota, 10, 1);

            String count =
                    "opensergo:quota:shop:" + key.app() + ":GET%3A%2Ffoo:limit:864000000000000us";
            assertThat(keys("*" + key.app() + "*")).containsExactly(count);
            assertThat(commands.pttl(count)).isBetween(1L, WINDOW.plusSeconds(5).toMillis());
        }
    }

    @Test
    void windowsGoByTheClockOfRedis() {
        try (GlobalQuota quota = builder().connect()) {
            long before = redisMicros();
            var limit = new QuotaLimit(10, Duration.ofSeconds(1));
            Duration validFor = quota.acquire(key, limit, 1).block(PATIENCE).validFor();
            long after = redisMicros();

            long left = TimeUnit.NANOSECONDS.toMicros(validFor.toNanos());
            long end = (after + left) / 1_000_000 * 1_000_000;
            assertThat(end).isBetween(before + left, after + left);
        }
    }

    private static long redisMicros() {
        List<String> time = commands.time();
        return TimeUnit.SECONDS.toMicros(Long.parseLong(time.get(0))) + Long.parseLong(time.get(1));
    }

    @Test
    void requestIsOneRoundTripHoweverManyAskAtOnce() {
        try (GlobalQuota quota = builder().connect()) {
            acquire(quota, 1000, 1);
            commands.configResetstat();

            Flux.range(0, 200)
                    .flatMap(i -> quota.acquire(key, new QuotaLimit(1000, WINDOW), 1), 200)
                    .blockLast(PATIENCE);

            assertThat(callsOf("evalsha")).isEqualTo(200);
            assertThat(callsOf("eval")).isZero();
        }
    }

    private static long callsOf(String command) {
        return commands.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_" + command + ":calls="))
                .mapToLong(line -> Long.parseLong(line.split("[=,]", 3)[1]))
                .sum();
    }

    @Test
    void scriptThatRedisForgotIsSentAgain() {
        try (GlobalQuota quota = builder().connect()) {
            acquire(quota, 10, 4);
            commands.scriptFlush();

            assertThat(acquire(quota, 10, 10).permits()).isEqualTo(6);
        }
    }

    @Test
    void userWhoMayNotRunScriptsIsToldWhatIsNeeded() {
        commands.aclSetuser(
                "reader",
                AclSetuserArgs.Builder.on().nopass().allKeys().addCommand(CommandType.PING));
        try (GlobalQuota quota =
                RedisGlobalQuota.builder("redis://reader:any@" + redis.address())
                        .commandTimeout(Duration.ofSeconds(10))
                        .connect()) {
            assertThatThrownBy(() -> acquire(quota, 10, 1))
                    .isInstanceOf(QuotaUnavailableException.class)
                    .hasMessageContaining("must be allowed EVALSHA, EVAL, TIME, HMGET");
        }
    }

    @Test
    void keysBeginWithThePrefix() {
        try (GlobalQuota quota = builder().keyPrefix("team-a/").connect()) {
            acquire(quota, 10, 1);

            assertThat(keys("*" + key.app() + "*"))
                    .allMatch(each -> each.startsWith("team-a/shop:"));
        }
    }

    @Test
    void editOfOneInstanceIsInForceForAll() {
        try (GlobalQuota edited = builder().connect();
                GlobalQuota waiting = builder().connect()) {
            acquire(edited, 10, 5);
            acquire(waiting, 10, 5);

            assertThat(acquire(edited, 30, 15).permits()).isEqualTo(15);
            assertThat(acquire(waiting, 10, 10).permits()).isZero();
            assertThat(acquire(waiting, 30, 10).permits()).isEqualTo(5);
        }
    }

    @Test
    void givenConnectionIsUsedAndNotClosed() {
        try (StatefulRedisConnection<byte[], byte[]> connection =
                client.connect(ByteArrayCodec.INSTANCE)) {
            GlobalQuota quota = RedisGlobalQuota.builder(connection).connect();
            assertThat(acquire(quota, 10, 3).permits()).isEqualTo(3);

            quota.close();

            assertThat(connection.sync().ping()).isEqualTo("PONG");
            assertThatThrownBy(() -> acquire(quota, 10, 1)).hasMessageContaining("closed");
        }
    }

    @Test
    void closingFreesTheConnectionAndTheThreads() {
        long before = lettuceThreads();
        int connections = connections();
        GlobalQuota quota = builder().connect();
        acquire(quota, 10, 1);
        assertThat(connections()).isEqualTo(connections + 1);

        quota.close();

        await().until(() -> connections() == connections);
        await().until(() -> lettuceThreads() <= before);
    }

    private static int connections() {
        return (int) commands.clientList().lines().count();
    }

    private static long lettuceThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lettuce-"))
                .count();
    }

    @Test
    void redisThatHangsIsATimeout() {
        try (GlobalQuota quota =
                RedisGlobalQuota.builder(redis.uri())
                        .commandTimeout(Duration.ofMillis(50))
                        .connect()) {
            commands.clientPause(500);
            assertThatThrownBy(() -> acquire(quota, 10, 1))
                    .isInstanceOf(QuotaUnavailableException.class)
                    .hasMessage(
                            "Redis at '%s': no answer within 50 ms (commandTimeout)",
                            redis.address());

            await().ignoreException(QuotaUnavailableException.class)
                    .until(() -> acquire(quota, 10, 1).permits() == 1);
        }
    }

    @Test
    void redisThatLostItsCountSaysSo() {
        var limit = new QuotaLimit(10, WINDOW);
        try (GlobalQuota quota = builder().connect()) {
            QuotaGrant first = quota.acquire(key, limit, 1).block(PATIENCE);
            QuotaGrant second = quota.acquire(key, limit, 1).block(PATIENCE);
            keys("*" + key.app() + "*").forEach(commands::del);
            QuotaGrant third = quota.acquire(key, limit, 1).block(PATIENCE);

            assertThat(second.count()).isEqualTo(first.count());
            assertThat(third.count()).isGreaterThan(first.count());
        }
    }

    @Test
    void applicationCanStartWithoutItsRedis() {
        try (RedisProcess late = RedisProcess.prepare();
                GlobalQuota quota =
                        RedisGlobalQuota.builder(late.uri())
                                .commandTimeout(Duration.ofSeconds(10))
                                .connectInBackground()) {
            assertThatThrownBy(() -> acquire(quota, 10, 1))
                    .isInstanceOf(QuotaUnavailableException.class)
                    .hasMessageContaining(late.address())
                    .hasMessageContaining("not reachable; check host, port and TLS");

            late.start();

            await().ignoreException(QuotaUnavailableException.class)
                    .until(() -> acquire(quota, 10, 4).permits() == 4);
        }
    }
}

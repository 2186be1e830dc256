package io.opensergo.quota.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.opensergo.api.ConfigurationException;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import io.opensergo.testsupport.LogCapture;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisSettingsTest {

    private static final String SECRET = "s3cret-sauce";
    private static final QuotaKey KEY = new QuotaKey("shop", "checkout", "GET:/foo", "limit");
    private static final QuotaLimit LIMIT = new QuotaLimit(10, Duration.ofSeconds(10));

    private static RedisProcess locked;

    @BeforeAll
    static void startRedis() {
        locked = RedisProcess.started("requirepass right-password");
    }

    @AfterAll
    static void stopRedis() {
        locked.close();
    }

    private static ConfigurationException connectFails(String uri) {
        try (LogCapture log = LogCapture.open()) {
            ConfigurationException error =
                    catchThrowableOfType(
                            ConfigurationException.class,
                            () -> RedisGlobalQuota.connect(uri).close());
            assertThat(error.setting()).isEqualTo("redisUri");
            var trace = new StringWriter();
            error.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString() + log.text()).doesNotContain(SECRET);
            return error;
        }
    }

    private static String locked(String userInfo) {
        return "redis://" + userInfo + locked.address();
    }

    @Test
    void rightPasswordConnects() {
        try (GlobalQuota quota =
                RedisGlobalQuota.builder(locked(":right-password@"))
                        .commandTimeout(Duration.ofSeconds(10))
                        .connect()) {
            QuotaGrant granted = quota.acquire(KEY, LIMIT, 4).block(Duration.ofSeconds(10));

            assertThat(granted.permits()).isEqualTo(4);
            assertThat(quota).hasToString("Redis at '" + locked.address() + "'");
        }
    }

    @Test
    void wrongPasswordIsNamedAndNotRepeated() {
        assertThat(connectFails(locked(":" + SECRET + "@")))
                .hasMessageStartingWith("redisUri: Redis at '" + locked.address() + "': ")
                .hasMessageContaining("does not accept the user or the password");
    }

    @Test
    void missingPasswordIsNamed() {
        assertThat(connectFails(locked("")))
                .hasMessageContaining("it wants a password, and the URI has none");
    }

    @Test
    void wrongPortIsNamed() {
        String address = "127.0.0.1:" + RedisProcess.freePort();

        assertThat(connectFails("redis://:" + SECRET + "@" + address))
                .hasMessageContaining(address)
                .hasMessageContaining("not reachable; check host, port and TLS");
    }

    @Test
    void wrongHostIsNamed() {
        assertThat(connectFails("redis://:" + SECRET + "@no-such-host.invalid:6379"))
                .hasMessageContaining("no-such-host.invalid")
                .hasMessageContaining("check the host of the URI");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "http://user:" + SECRET + "@localhost",
                "redis://:" + SECRET + " with spaces@localhost",
                "redis://:" + SECRET + "@",
                "redis://:" + SECRET + "@localhost:port",
                "redis://:" + SECRET + "@localhost:99999",
                "redis://:" + SECRET + "@localhost/database"
            })
    void malformedUriIsNamedAndNotRepeated(String uri) {
        assertThat(connectFails(uri)).hasMessageContaining("redis://[user:password@]host");
    }

    @Test
    void timeoutsArePositive() {
        var builder = RedisGlobalQuota.builder("redis://localhost");

        assertThatThrownBy(() -> builder.commandTimeout(Duration.ZERO))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("commandTimeout: must be positive, was PT0S");
        assertThatThrownBy(() -> builder.connectTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("connectTimeout: must be positive, was PT-1S");
    }
}

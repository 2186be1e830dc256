package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.Target;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.internal.transport.v1.DataWithVersion;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KeySubscriptionTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final KeySubscription<RateLimitStrategy> key =
            new KeySubscription<>(
                    Target.of("shop"), RateLimitStrategy.KIND, Duration.ZERO, new EditionCounter());

    @Test
    void patienceDoublesFromTheTimeoutToAnHourAndStaysThere() {
        key.expectAnswer(TIMEOUT, 0);
        assertThat(key.patienceNanos()).isEqualTo(TIMEOUT.toNanos());
        key.expectAnswer(TIMEOUT, 0);
        assertThat(key.patienceNanos()).isEqualTo(2 * TIMEOUT.toNanos());

        for (int i = 0; i < 100; i++) {
            key.expectAnswer(TIMEOUT, 0);
        }

        assertThat(key.patienceNanos()).isEqualTo(Duration.ofHours(1).toNanos());
    }

    @Test
    void patienceIsNeverShorterThanTheTimeout() {
        Duration day = Duration.ofDays(1);
        key.expectAnswer(day, 0);
        key.expectAnswer(day, 0);

        assertThat(key.patienceNanos()).isEqualTo(day.toNanos());
    }

    @Test
    void newStreamBeginsWithTheTimeout() {
        key.expectAnswer(TIMEOUT, 0);
        key.expectAnswer(TIMEOUT, 0);

        key.streamLost();
        key.expectAnswer(TIMEOUT, 5);

        assertThat(key.patienceNanos()).isEqualTo(TIMEOUT.toNanos());
        assertThat(key.deadlineNanos()).isEqualTo(TIMEOUT.toNanos() + 5);
    }

    @Test
    void onlyAVersionThatIsSetCanBeOlder() {
        key.accept(new WireCodec(), push(7), Instant.EPOCH);

        assertThat(key.isOutdated(push(6))).isTrue();
        assertThat(key.isOutdated(push(0))).isFalse();
        assertThat(key.isOutdated(push(-1))).isFalse();
    }

    private static SubscribeResponse push(long version) {
        return SubscribeResponse.newBuilder()
                .setDataWithVersion(DataWithVersion.newBuilder().setVersion(version))
                .build();
    }
}

package io.opensergo.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleSnapshotTest {

    private static final Instant RECEIVED = Instant.parse("2026-01-01T00:00:00Z");

    private static RuleSnapshot<RateLimitStrategy> snapshot(Origin origin, long version) {
        return new RuleSnapshot<>(
                Target.of("shop"),
                RateLimitStrategy.KIND,
                version,
                origin,
                RECEIVED.plusSeconds(version),
                List.of(),
                List.of());
    }

    @Test
    void ageIsTheTimeSinceTheRulesWereReceivedAndNeverNegative() {
        RuleSnapshot<RateLimitStrategy> snapshot = snapshot(Origin.DISK_CACHE, 0);

        assertThat(snapshot.age(RECEIVED.plusSeconds(90))).isEqualTo(Duration.ofSeconds(90));
        assertThat(snapshot.age(RECEIVED)).isZero();
        assertThat(snapshot.age(RECEIVED.minusSeconds(90))).isZero();
    }

    @Test
    void rulesThatTheControlPlaneConfirmsAreNewsAfterThoseFromTheDisk() {
        RuleSnapshot<RateLimitStrategy> confirmed = snapshot(Origin.CONTROL_PLANE, 1);

        assertThat(confirmed.sameContentAs(snapshot(Origin.DISK_CACHE, 1))).isFalse();
        assertThat(confirmed.sameContentAs(snapshot(Origin.CONTROL_PLANE, 2))).isTrue();
    }

    @Test
    void keyIsTheTargetAndTheKind() {
        assertThat(snapshot(Origin.DISK_CACHE, 0).key())
                .isEqualTo(new RuleKey(Target.of("shop"), RateLimitStrategy.KIND));
    }
}

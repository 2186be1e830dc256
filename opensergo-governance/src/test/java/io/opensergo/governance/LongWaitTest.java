package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A token tells waits of up to 16 hours. */
class LongWaitTest {

    @Test
    void aRequestThatWouldWaitLongerThanATokenCanTellIsRefusedAndDoesNotPassAtOnce() {
        try (Governor governor = governor(Duration.ofHours(10))) {
            Guard guard = governor.guard("GET:/foo");
            guard.acquire();

            long second = guard.acquire();

            assertThat(Duration.ofNanos(guard.waitNanos(second)))
                    .isBetween(Duration.ofHours(10), Duration.ofHours(10).plusNanos(127));
            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }
    }

    private static Governor governor(Duration interval) {
        var strategy =
                ThrottlingStrategy.builder(Metadata.of("default", "app", "slowly"))
                        .minIntervalOfRequests(interval)
                        .queueTimeout(Duration.ofDays(60))
                        .build();
        var rule =
                FaultToleranceRule.builder(Metadata.of("default", "app", "rule"))
                        .targets(List.of(ResourceRef.of("GET:/foo")))
                        .strategies(List.of(StrategyRef.to(strategy)))
                        .build();
        return Governor.builder().ticker(new ManualTicker()).rules(List.of(rule, strategy)).build();
    }
}

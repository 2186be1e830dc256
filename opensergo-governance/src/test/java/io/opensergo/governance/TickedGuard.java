package io.opensergo.governance;

import static io.opensergo.governance.Rules.cpu;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.Rule;
import java.time.Duration;
import java.util.List;

/** Guards whose time and load are the test's. */
abstract class TickedGuard {

    static final Duration SECOND = Duration.ofSeconds(1);

    final ManualTicker ticker = new ManualTicker(42);

    double cpu;

    Governor governor(List<? extends Rule> rules) {
        var load =
                new LoadMetrics() {
                    @Override
                    public double cpu() {
                        return cpu;
                    }

                    @Override
                    public double loadAverage() {
                        return -1;
                    }
                };
        return Governor.builder().rules(rules).ticker(ticker).loadMetrics(load).build();
    }

    static void fail(Guard guard, Throwable error) {
        long token = guard.acquire();
        assertThat(Guard.isRefused(token)).isFalse();
        guard.release(token, Outcome.failure(error));
    }
}

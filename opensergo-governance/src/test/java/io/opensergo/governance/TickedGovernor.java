package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.Rule;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A governor whose time is the test's. */
abstract class TickedGovernor {

    static final Duration PATIENCE = Duration.ofSeconds(10);

    static final Duration SECOND = Duration.ofSeconds(1);

    final ManualTicker ticker = new ManualTicker();

    Governor governor(List<? extends Rule> rules) {
        return Governor.builder().rules(rules).ticker(ticker).build();
    }

    static void open(Guard guard) {
        for (int i = 0; i < 2; i++) {
            guard.release(guard.acquire(), Outcome.failure(new IOException()));
        }
        assertThat(Guard.isRefused(guard.acquire())).isTrue();
    }
}

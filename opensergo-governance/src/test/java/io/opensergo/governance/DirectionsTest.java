package io.opensergo.governance;

import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.metrics.GovernorMetrics;
import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.LimitMode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two guards of one name, of requests that come in and of requests that go out. */
@Timeout(60)
class DirectionsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void haveRateLimitsOfTheirOwn() {
        try (Governor governor = governor(on("a", rate("limit", 3, MINUTE)))) {
            assertThat(admitted(inbound(governor), 10)).isEqualTo(3);
            assertThat(admitted(outbound(governor), 10)).isEqualTo(3);

            governor.replaceRules(on("a", rate("limit", 5, MINUTE)));

            assertThat(admitted(outbound(governor), 10)).isEqualTo(2);
            assertThat(admitted(inbound(governor), 10)).isEqualTo(2);
        }
    }

    @Test
    void areFoundByTheirLabels() {
        for (TrafficDirection direction : TrafficDirection.values()) {
            assertThat(TrafficDirection.ofLabel(direction.label())).contains(direction);
        }
        assertThat(TrafficDirection.ofLabel("Outbound")).isEmpty();
        assertThat(TrafficDirection.ofLabel("")).isEmpty();
        assertThat(TrafficDirection.ofLabel("in")).isEmpty();
    }

    @Test
    void countRequestsInFlightOfTheirOwn() {
        try (Governor governor = governor(on("a", concurrency("one", 1)))) {
            Guard inbound = inbound(governor);
            Guard outbound = outbound(governor);

            long in = inbound.acquire();
            long out = outbound.acquire();
            assertThat(Guard.isRefused(in) || Guard.isRefused(out)).isFalse();
            assertThat(Guard.isRefused(inbound.acquire())).isTrue();
            outbound.release(out, Outcome.SUCCESS);

            assertThat(inbound.stats().inFlight()).isEqualTo(1);
            assertThat(outbound.stats().inFlight()).isZero();
        }
    }

    @Test
    void haveBreakersOfTheirOwnWhoseTransitionsSayWhich() {
        try (Governor governor = governor(on("a", breaker("breaker")))) {
            List<BreakerTransition> transitions = new CopyOnWriteArrayList<>();
            governor.breakerTransitions().subscribe(transitions::add);
            Guard outbound = outbound(governor);
            for (int i = 0; i < 2; i++) {
                outbound.release(outbound.acquire(), Outcome.failure("503"));
            }

            assertThat(Guard.isRefused(outbound.acquire())).isTrue();
            assertThat(Guard.isRefused(inbound(governor).acquire())).isFalse();
            await().untilAsserted(
                            () ->
                                    assertThat(transitions)
                                            .singleElement()
                                            .extracting(BreakerTransition::direction)
                                            .isEqualTo(TrafficDirection.OUTBOUND));
        }
    }

    @Test
    void haveSharesOfAGlobalLimitOfTheirOwn() {
        var limit = rate(Rules.metadata("limit"), LimitMode.GLOBAL, 3, MINUTE);
        try (Governor governor =
                Governor.builder()
                        .ticker(ticker)
                        .globalQuota(new InMemoryGlobalQuota(ticker))
                        .rules(on("a", limit))
                        .build()) {
            await().untilAsserted(() -> assertThat(admittedInAll(inbound(governor))).isEqualTo(3));
            await().untilAsserted(() -> assertThat(admittedInAll(outbound(governor))).isEqualTo(3));
        }
    }

    @Test
    void saysInARejectionWhichWayTheRequestWent() {
        try (Governor governor = governor(on("a", rate("none", 0, MINUTE)))) {
            Guard outbound = outbound(governor);
            Rejection out = outbound.rejection(outbound.acquire());
            Guard inbound = inbound(governor);
            Rejection in = inbound.rejection(inbound.acquire());

            assertThat(out.direction()).isEqualTo(TrafficDirection.OUTBOUND);
            assertThat(in.direction()).isEqualTo(TrafficDirection.INBOUND);
            assertThat(out).asString().startsWith("'a', outbound, was refused by RateLimit");
            assertThat(in).asString().startsWith("'a' was refused by RateLimit");
        }
    }

    @Test
    void saysTheDirectionOfARejectionWhoseRuleWasReplacedSince() {
        try (Governor governor = governor(on("a", rate("none", 0, MINUTE)))) {
            Guard outbound = outbound(governor);
            long refused = outbound.acquire();
            for (int i = 1; i < 4; i++) {
                governor.replaceRules(on("a", rate("none", i, MINUTE)));
                outbound.acquire();
            }

            assertThat(outbound.rejection(refused).strategy()).isNull();
            assertThat(outbound.rejection(refused).direction())
                    .isEqualTo(TrafficDirection.OUTBOUND);
        }
    }

    @Test
    void areCountedApartAndOnlyIfSomebodyAskedForThem() {
        try (Governor governor = governor(on("a", rate("limit", 3, MINUTE)))) {
            assertThat(governor.stats())
                    .extracting(ResourceStats::direction)
                    .containsExactly(TrafficDirection.INBOUND);

            admitted(outbound(governor), 5);
            assertThat(governor.stats())
                    .extracting(ResourceStats::direction, ResourceStats::passed)
                    .containsExactly(tuple(TrafficDirection.OUTBOUND, 3L));

            admitted(inbound(governor), 2);
            assertThat(governor.stats()).extracting(ResourceStats::passed).containsExactly(2L, 3L);
            assertThat(governor.stats("a", TrafficDirection.OUTBOUND).rejected()).isEqualTo(2);
        }
    }

    /** A guard may be asked for long after the last edit of the rules. */
    @Test
    void haveMetersOnceTheFirstGuardOfADirectionIsThere() {
        var registry = new SimpleMeterRegistry();
        try (Governor governor = governor(on("a", rate("limit", 3, MINUTE)));
                var metrics = new GovernorMetrics(governor)) {
            metrics.bindTo(registry);
            admitted(inbound(governor), 1);
            assertThat(registry.find("opensergo.guard.passed").meters()).hasSize(1);

            admitted(outbound(governor), 2);

            assertThat(registry.find("opensergo.guard.passed").meters()).hasSize(2);
            assertThat(passed(registry, "inbound")).isEqualTo(1);
            assertThat(passed(registry, "outbound")).isEqualTo(2);
        }
    }

    private static double passed(SimpleMeterRegistry registry, String direction) {
        return registry.get("opensergo.guard.passed")
                .tags("resource", "a", "direction", direction)
                .functionCounter()
                .count();
    }

    private Governor governor(List<Rule> rules) {
        return Governor.builder().ticker(ticker).rules(rules).build();
    }

    private static Guard inbound(Governor governor) {
        return governor.guard("a");
    }

    private static Guard outbound(Governor governor) {
        return governor.guard("a", TrafficDirection.OUTBOUND);
    }

    /** Asks again while permits of the store may be on their way; returns what passed in all. */
    private static long admittedInAll(Guard guard) {
        admitted(guard, 10);
        return guard.stats().passed();
    }

    private static int admitted(Guard guard, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            long token = guard.acquire();
            if (!Guard.isRefused(token)) {
                admitted++;
                guard.release(token, Outcome.SUCCESS);
            }
        }
        return admitted;
    }
}

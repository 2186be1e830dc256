package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeException;
import com.alibaba.csp.sentinel.slots.block.flow.FlowException;
import com.alibaba.csp.sentinel.slots.system.SystemBlockException;
import io.opensergo.governance.Rejection;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Sentinel's own engine does by rules of the control plane. */
class SentinelEnforcesTest {

    private Rig rig;

    @BeforeEach
    void start() throws IOException {
        rig = Rig.start();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void asManyRequestsPassInASecondAsTheRuleSays() {
        List<String> resources = IntStream.range(0, 50).mapToObj(i -> "rate-" + i).toList();
        rig.put("rate-49", 1, Rules.on(resources, Rules.rate("limit", 7, 1)));

        int[] passed = new int[1];
        Calls.inOnePart(resources, resource -> passed[0] = Calls.passed(resource, 20));

        assertThat(passed[0]).isEqualTo(7);
        assertThat(Calls.passed("rate-ungoverned", 20)).isEqualTo(20);
    }

    @Test
    void aLimitOfZeroLetsNothingPass() {
        rig.put("none", 1, Rules.on("none", Rules.rate("limit", 0, 1)));

        assertThat(Calls.passed("none", 20)).isZero();
    }

    @Test
    void aRefusalSaysByWhichRuleItWas() {
        List<Rule> rules = new ArrayList<>();
        var strategy = Rules.rate("limit", 0, 1);
        rules.add(strategy);
        rules.add(Rules.busy("busy-page"));
        rules.add(Rules.rule(Rules.metadata("rule"), List.of("named"), "busy-page", strategy));
        rig.source.put(rules);
        Rig.eventually(
                () ->
                        Calls.refusal("named")
                                .flatMap(OpenSergoSentinel::rejectionOf)
                                .filter(rejection -> rejection.fallback() != null)
                                .isPresent());

        BlockException refusal = Calls.refusal("named").orElseThrow();

        assertThat(refusal).isInstanceOf(FlowException.class);
        assertThat(refusal.getRuleLimitApp()).isEqualTo("default");
        Rejection rejection = OpenSergoSentinel.rejectionOf(refusal).orElseThrow();
        assertThat(rejection.resource()).isEqualTo("named");
        assertThat(rejection.rule()).isEqualTo("rule");
        assertThat(rejection.kind()).isEqualTo(StrategyKind.RATE_LIMIT);
        assertThat(rejection.strategy()).isEqualTo("limit");
        assertThat(rejection.limit()).isEqualTo("0 requests per 1s");
        assertThat(rejection.fallback().behaviorDesc().responseStatusCode()).isEqualTo(429);
        RuleOrigin origin = OpenSergoSentinel.originOf(refusal.getRule()).orElseThrow();
        assertThat(origin.target()).isEqualTo(rig.sentinel.target());
        assertThat(origin.strategy()).isEqualTo(strategy.id());
    }

    @Test
    void asManyCallsAreInFlightAsTheRuleSays() throws BlockException {
        rig.put("slots", 1, Rules.on("slots", Rules.concurrency("limit", LimitMode.LOCAL, 2)));

        Entry first = SphU.entry("slots");
        Entry second = SphU.entry("slots");
        boolean third = Calls.passes("slots");
        second.exit();
        first.exit();

        assertThat(third).isFalse();
        assertThat(Calls.passes("slots")).isTrue();
    }

    @Test
    void requestsAreTheGapApart() {
        rig.put("paced", 1, Rules.on("paced", Rules.throttling("pace", 100, 20_000)));
        Calls.succeed("paced");

        long before = System.nanoTime();
        int passed = Calls.passed("paced", 5);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);

        assertThat(passed).isEqualTo(5);
        assertThat(millis).isGreaterThanOrEqualTo(490); // Sentinel's clock ticks in milliseconds
    }

    @Test
    void whoWouldWaitTooLongIsRefused() {
        rig.put("impatient", 1, Rules.on("impatient", Rules.throttling("pace", 2000, 1)));

        Calls.succeed("impatient");

        Rig.eventually( // again, should the gap have been over before it was asked
                () ->
                        Calls.refusal("impatient")
                                .flatMap(OpenSergoSentinel::rejectionOf)
                                .map(Rejection::limit)
                                .filter("one request per 2s, waiting at most 1ms"::equals)
                                .isPresent());
    }

    @Test
    void aBreakerOpensAtItsRatioOfErrorsAndClosesWhenAProbeSucceeds() {
        rig.put(
                "errors",
                1,
                Rules.on("errors", Rules.errorBreaker("breaker", 0.5, 4, Duration.ofSeconds(1))));

        List<BlockException> refusals = new ArrayList<>();
        Rig.eventually( // again, should it have recovered before it was asked
                () -> {
                    Calls.fail("errors", new IOException("1"));
                    Calls.succeed("errors");
                    Calls.fail("errors", new IOException("2"));
                    Calls.succeed("errors");
                    Calls.refusal("errors").ifPresent(refusals::add);
                    return !refusals.isEmpty();
                });

        BlockException refusal = refusals.get(0);
        assertThat(refusal).isInstanceOf(DegradeException.class);
        assertThat(OpenSergoSentinel.rejectionOf(refusal).orElseThrow().limit())
                .isEqualTo("open since 50% or more failed calls in 1728000s");
        Rig.eventually(() -> Calls.passes("errors"));
        assertThat(Calls.passed("errors", 10)).isEqualTo(10);
    }

    @Test
    void aBreakerStaysClosedBelowItsMinimumAndBelowItsRatio() {
        rig.put(
                "few-errors",
                1,
                Rules.on(
                        "few-errors",
                        Rules.errorBreaker("breaker", 0.5, 4, Duration.ofSeconds(60))));

        for (int i = 0; i < 3; i++) {
            Calls.fail("few-errors", new IOException("down")); // 3 of 3
        }
        assertThat(Calls.passes("few-errors")).isTrue(); // 3 of 4

        rig.put(
                "rare-errors",
                1,
                Rules.on(
                        "rare-errors", Rules.errorBreaker("rare", 0.5, 4, Duration.ofSeconds(60))));
        Calls.fail("rare-errors", new IOException("down"));
        assertThat(Calls.passed("rare-errors", 10)).isEqualTo(10);
    }

    @Test
    void aBreakerOfAHundredPercentOpensWhenEveryCallFails() {
        rig.put(
                "all-errors",
                1,
                Rules.on(
                        "all-errors", Rules.errorBreaker("breaker", 1, 3, Duration.ofSeconds(60))));

        for (int i = 0; i < 3; i++) {
            Calls.fail("all-errors", new IOException("down"));
        }

        assertThat(Calls.passes("all-errors")).isFalse();
    }

    @Test
    void aBreakerOpensAtItsRatioOfSlowCalls() throws BlockException {
        rig.put(
                "slow",
                1,
                Rules.on("slow", Rules.slowBreaker("breaker", 0.5, 2, Duration.ofSeconds(1))));

        Entry slow = SphU.entry("slow");
        long begun = System.nanoTime();
        Calls.succeed("slow");
        Rig.eventually(() -> System.nanoTime() - begun > Duration.ofMillis(1100).toNanos());
        slow.exit();

        assertThat(Calls.refusal("slow").orElseThrow()).isInstanceOf(DegradeException.class);
    }

    @Test
    void inboundRequestsAreRefusedAboveTheCpuUsageOfTheRule() {
        rig.put("", 1, List.of(Rules.cpu("cpu", 0, AdaptiveStrategy.NONE)));

        // On a quiet machine only a share of the requests is refused.
        BlockException refusal = Rig.awaitRefusal("anything");
        assertThat(refusal)
                .isInstanceOf(
                        Overloads.SYSTEM_RULES_REFUSE
                                ? SystemBlockException.class
                                : OpenSergoBlockException.class);
        Rejection rejection = OpenSergoSentinel.rejectionOf(refusal).orElseThrow();
        assertThat(rejection.resource()).isEqualTo("anything");
        assertThat(rejection.strategy()).isEqualTo("cpu");
        assertThat(Calls.refusal("anything", EntryType.OUT)).isEmpty();
    }

    @Test
    void nothingIsLeftToTheSlot() {
        rig.put(
                "native",
                3,
                Rules.on(
                        "native",
                        Rules.rate("limit", 7, 1),
                        Rules.concurrency("limit", LimitMode.LOCAL, 7),
                        Rules.errorBreaker("breaker", 0.5, 4, Duration.ofSeconds(1))));

        assertThat(SlotTable.current()).isSameAs(SlotTable.EMPTY);
    }
}

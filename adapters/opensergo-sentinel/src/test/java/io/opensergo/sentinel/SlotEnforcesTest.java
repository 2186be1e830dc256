package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.csp.sentinel.AsyncEntry;
import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.SphO;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.clusterbuilder.ClusterBuilderSlot;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Rejection;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the slot does where Sentinel cannot say what a rule says. */
class SlotEnforcesTest {
    private Rig rig;

    @BeforeEach
    void start() throws IOException {
        rig = Rig.start();
    }

    @AfterEach
    void stop() {
        LaterSlot.refused = "";
        LaterSlot.failing = "";
        rig.close();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The number of instances is asked for a moment after a rule needs it. */
    private static boolean twoAreInFlightAtMost(String resource) throws BlockException {
        List<Entry> entries = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                entries.add(0, SphU.entry(resource));
            }
            return false;
        } catch (BlockException e) {
            return entries.size() == 2;
        } finally {
            entries.forEach(Entry::exit);
        }
    }

    @Nested
    class RateLimits {

        @Test
        void aLimitPerMinuteIsAsManyRequestsPerMinute() {
            rig.put("minute", 1, Rules.on("minute", Rules.rate("limit", 7, 60)));

            assertThat(Calls.passed("minute", 20)).isEqualTo(7);
            assertThat(Calls.passed("minute-ungoverned", 20)).isEqualTo(20);
        }

        @Test
        void aRefusalIsASentinelRefusalThatSaysWhy() {
            List<Rule> rules = new ArrayList<>();
            var strategy = Rules.rate("limit", 0, 60);
            rules.add(strategy);
            rules.add(Rules.busy("busy-page"));
            rules.add(Rules.rule(Rules.metadata("rule"), List.of("why"), "busy-page", strategy));
            rig.put("why", 1, rules);
            Rig.eventually(
                    () ->
                            Calls.refusal("why")
                                    .flatMap(OpenSergoSentinel::rejectionOf)
                                    .filter(it -> it.fallback() != null)
                                    .isPresent());

            BlockException refusal = Calls.refusal("why").orElseThrow();

            assertThat(BlockException.isBlockException(refusal)).isTrue();
            assertThat(refusal.getRule().getResource()).isEqualTo("why");
            assertThat(refusal.getRuleLimitApp()).isEqualTo("default");
            assertThat(refusal)
                    .hasMessageContaining("RateLimitStrategy 'limit' of rule 'rule'")
                    .isInstanceOfSatisfying(
                            OpenSergoBlockException.class,
                            it -> {
                                Rejection rejection = it.rejection();
                                assertThat(rejection.kind()).isEqualTo(StrategyKind.RATE_LIMIT);
                                assertThat(rejection.fallback().behaviorDesc().responseStatusCode())
                                        .isEqualTo(429);
                                assertThat(OpenSergoSentinel.rejectionOf(it)).hasValue(rejection);
                            });
            assertThat(SphO.entry("why")).isFalse();
            assertThat(ClusterBuilderSlot.getClusterNode("why").blockRequest()).isPositive();
        }

        @Test
        void resourcesDoNotShareTheirLimits() {
            rig.put(
                    "alike-2",
                    1,
                    Rules.on(List.of("alike-1", "alike-2"), Rules.rate("limit", 7, 60)));

            assertThat(Calls.passed("alike-0", 20)).isEqualTo(20);
            assertThat(Calls.passed("alike-1", 5)).isEqualTo(5);
            assertThat(Calls.passed("alike-2", 20)).isEqualTo(7);
            assertThat(Calls.passed("alike-1", 20)).isEqualTo(2);
            assertThat(Calls.passed("alike-0", 20)).isEqualTo(20);
        }

        @Test
        void simultaneousRequestsDoNotExceedALimit() throws Exception {
            rig.put("many", 1, Rules.on("many", Rules.rate("limit", 100, 60)));
            var start = new CountDownLatch(1);
            List<CompletableFuture<Integer>> callers = new ArrayList<>();
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                for (int i = 0; i < 8; i++) {
                    callers.add(
                            CompletableFuture.supplyAsync(
                                    () -> {
                                        awaitUninterruptibly(start);
                                        return Calls.passed("many", 200);
                                    },
                                    threads));
                }
                start.countDown();
                int passed = 0;
                for (CompletableFuture<Integer> caller : callers) {
                    passed += caller.get(30, TimeUnit.SECONDS);
                }

                assertThat(passed).isEqualTo(100);
            } finally {
                threads.shutdownNow();
            }
        }

        @Test
        void anEntryIsOneRequestHoweverManyTokensItAsksFor() throws BlockException {
            rig.put("batch", 1, Rules.on("batch", Rules.rate("limit", 2, 60)));

            SphU.entry("batch", EntryType.IN, 5).exit(5);
            SphU.entry("batch", EntryType.IN, 5).exit(5);

            assertThat(Calls.passes("batch")).isFalse();
        }

        @Test
        void anIdleSlotIsOutOfTheWay() {
            rig.put("minute-2", 1, Rules.on("minute-2", Rules.rate("limit", 7, 60)));
            Calls.succeed("minute-2");

            rig.source.replaceAll(List.of());
            rig.awaitStrategies("minute-2", 0);

            assertThat(SlotTable.current()).isSameAs(SlotTable.EMPTY);
            assertThat(Calls.passed("minute-2", 20)).isEqualTo(20);
        }

        @Test
        void entriesOfBothTypesHaveOneBudgetAsInSentinel() {
            rig.put("both-ways", 1, Rules.on("both-ways", Rules.rate("minute", 5, 60)));

            assertThat(Calls.passed("both-ways", 5)).isEqualTo(5);
            Optional<BlockException> refusal = Calls.refusal("both-ways", EntryType.OUT);

            assertThat(refusal.flatMap(OpenSergoSentinel::rejectionOf))
                    .hasValueSatisfying(
                            rejection -> {
                                assertThat(rejection.strategy()).isEqualTo("minute");
                                assertThat(rejection.direction()).isNull();
                            });
        }

        @Test
        void aShadowRefusesNothingAndIsCounted() {
            var strategy = Rules.rate(Rules.shadow("tried"), LimitMode.LOCAL, 3, 60);
            rig.put("tried", 1, Rules.on("tried", strategy));

            assertThat(Calls.passed("tried", 10)).isEqualTo(10);
            assertThat(rig.sentinel.slotStats()).hasSize(1);
            assertThat(rig.sentinel.slotStats().get(0).strategies().get(0).shadowRejected())
                    .isEqualTo(7);
        }
    }

    @Nested
    class Breakers {

        @Test
        void aBreakerCountsTheErrorsThatItsRuleChooses() {
            rig.put(
                    "chosen",
                    1,
                    Rules.on(
                            "chosen",
                            Rules.errorBreaker(
                                    "breaker",
                                    0.5,
                                    2,
                                    Duration.ofSeconds(60),
                                    "java.io.IOException")));

            for (int i = 0; i < 4; i++) {
                Calls.fail("chosen", new IllegalArgumentException("not counted"));
            }
            for (int i = 0; i < 3; i++) {
                Calls.fail("chosen", new IOException("counted"));
            }
            assertThat(Calls.passes("chosen")).isTrue(); // 3 of 8

            for (int i = 0; i < 2; i++) {
                Calls.fail("chosen", new IOException("counted")); // 5 of 10
            }
            assertThat(Calls.passes("chosen")).isFalse();
        }

        @Test
        void aBreakerRecoversAfterAPartOfASecond() {
            rig.put(
                    "recovering",
                    1,
                    Rules.on(
                            "recovering",
                            Rules.errorBreaker("breaker", 0.5, 1, Duration.ofMillis(1500))));

            var opened = new AtomicLong();
            Rig.eventually( // again, should it have recovered before it was asked
                    () -> {
                        opened.set(System.nanoTime());
                        Calls.fail("recovering", new IOException("down"));
                        return !Calls.passes("recovering");
                    });
            Rig.eventually(() -> Calls.passes("recovering"));

            assertThat(System.nanoTime() - opened.get())
                    .isGreaterThan(Duration.ofMillis(1400).toNanos());
        }
    }

    @Nested
    class Throttling {

        @Test
        void throttlingBesideARateLimitLetsNobodyWaitInVain() {
            rig.put(
                    "both",
                    2,
                    Rules.on(
                            "both",
                            Rules.throttling("pace", 100, 20_000),
                            Rules.rate("limit", 3, 60)));

            long before = System.nanoTime();
            int passed = Calls.passed("both", 20);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);

            assertThat(passed).isEqualTo(3);
            assertThat(millis).isGreaterThanOrEqualTo(200);
            assertThat(Calls.refusal("both").flatMap(OpenSergoSentinel::rejectionOf))
                    .map(Rejection::kind)
                    .hasValue(StrategyKind.RATE_LIMIT);
        }

        @Test
        void anInterruptDoesNotShortenTheGap() {
            Duration gap = Duration.ofMillis(300);
            rig.put(
                    "interrupted",
                    2,
                    Rules.on(
                            "interrupted",
                            Rules.throttling("pace", 300, 20_000),
                            Rules.rate("limit", 100, 60)));
            long begin = System.nanoTime();
            Calls.succeed("interrupted");

            Thread.currentThread().interrupt();
            Calls.succeed("interrupted");
            boolean interrupted = Thread.interrupted();
            long second = System.nanoTime();
            Calls.succeed("interrupted");
            long third = System.nanoTime();

            assertThat(interrupted).isTrue();
            assertThat(Duration.ofNanos(second - begin)).isGreaterThanOrEqualTo(gap);
            assertThat(Duration.ofNanos(third - begin)).isGreaterThanOrEqualTo(gap.multipliedBy(2));
        }
    }

    @Nested
    class CallsInFlight {

        @Test
        void anAsynchronousCallEndsWhereItExits() throws Exception {
            rig.put(
                    "async",
                    1,
                    Rules.on("async", Rules.concurrency("limit", LimitMode.GLOBAL_TO_LOCAL, 4)));
            Rig.eventually(() -> twoAreInFlightAtMost("async"));

            AsyncEntry first = SphU.asyncEntry("async");
            AsyncEntry second = SphU.asyncEntry("async");
            boolean third = Calls.passes("async");
            CompletableFuture.runAsync(first::exit).get(30, TimeUnit.SECONDS);
            boolean afterwards = Calls.passes("async");
            CompletableFuture.runAsync(second::exit).get(30, TimeUnit.SECONDS);

            assertThat(third).isFalse();
            assertThat(afterwards).isTrue();
        }

        @Test
        void whatALaterSlotRefusesIsNotInFlight() throws BlockException {
            rig.put(
                    "later",
                    1,
                    Rules.on("later", Rules.concurrency("limit", LimitMode.GLOBAL_TO_LOCAL, 2)));
            LaterSlot.refused = "later";

            int passed = Calls.passed("later", 10);
            LaterSlot.refused = "";

            assertThat(passed).isZero();
            assertThat(Calls.passes("later")).isTrue();
        }

        @Test
        void aCallAtWhichALaterSlotFailsIsInFlightUntilItExits() throws BlockException {
            rig.put(
                    "failing",
                    1,
                    Rules.on("failing", Rules.concurrency("limit", LimitMode.GLOBAL_TO_LOCAL, 4)));
            Rig.eventually(() -> twoAreInFlightAtMost("failing"));
            LaterSlot.failing = "failing";

            for (int i = 0; i < 5; i++) {
                SphU.entry("failing").exit();
            }
            Entry first = SphU.entry("failing"); // Sentinel lets it pass
            Entry second = SphU.entry("failing");
            boolean third = Calls.passes("failing");
            second.exit();
            first.exit();
            LaterSlot.failing = "";

            assertThat(third).isFalse();
            assertThat(twoAreInFlightAtMost("failing")).isTrue();
        }

        @Test
        void anAsynchronousCallAtWhichALaterSlotFailsEndsOnceWhetherItExitsOrNot()
                throws Exception {
            rig.put(
                    "given-up",
                    1,
                    Rules.on("given-up", Rules.concurrency("limit", LimitMode.GLOBAL_TO_LOCAL, 4)));
            Rig.eventually(() -> twoAreInFlightAtMost("given-up"));
            LaterSlot.failing = "given-up";

            List<AsyncEntry> entries = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                entries.add(SphU.asyncEntry("given-up"));
            }
            LaterSlot.failing = "";

            assertThat(twoAreInFlightAtMost("given-up")).isTrue();
            entries.subList(0, 3).forEach(Entry::exit);
            assertThat(twoAreInFlightAtMost("given-up")).isTrue();
        }

        @Test
        void whatSentinelRefusesUsesNothingUp() {
            rig.put("first", 1, Rules.on("first", Rules.rate("none", 0, 1)));
            rig.source.put(
                    List.of(
                            Rules.rate("minute", 5, 60),
                            Rules.rule("more", List.of("first"), Rules.rate("minute", 5, 60))));
            rig.awaitStrategies("first", 2);

            assertThat(Calls.passed("first", 20)).isZero();
            rig.source.delete(Rules.rate("none", 0, 1).id());
            rig.awaitStrategies("first", 1);

            assertThat(Calls.passed("first", 20)).isEqualTo(5);
        }
    }

    @Nested
    class Overload {

        @Test
        void protectionOfOneResourceFromOverloadLeavesOthersAlone() {
            rig.put("loaded", 1, Rules.on("loaded", Rules.cpu("cpu", 0, AdaptiveStrategy.NONE)));

            Rig.eventually(() -> !Calls.passes("loaded"));

            assertThat(Calls.passes("not-loaded")).isTrue();
        }

        @Test
        void protectionOfTheProcessByItsLoadCoversEveryResource() {
            rig.put("", 1, List.of(Rules.load("load", 0)));

            Rig.eventually(() -> !Calls.passes("whatever"));

            assertThat(Calls.passes("whatever-else")).isFalse();
            assertThat(Calls.refusal("whatever", EntryType.OUT)).isEmpty();
            assertThat(Calls.refusal("whatever").orElseThrow())
                    .isInstanceOf(OpenSergoBlockException.class);
        }

        @Test
        void protectionOfTheProcessLeavesWhatGoesOutToTheRulesOfItsResource() {
            rig.put("", 1, List.of(Rules.load("load", 0)));
            rig.put(
                    "limited",
                    1,
                    Rules.on("limited", Rules.concurrency("limit", LimitMode.GLOBAL_TO_LOCAL, 4)));

            Rig.eventually(() -> !Calls.passes("limited"));

            assertThat(Calls.refusal("limited", EntryType.OUT)).isEmpty();
            assertThat(
                            Calls.refusal("limited", EntryType.IN)
                                    .flatMap(OpenSergoSentinel::rejectionOf))
                    .hasValueSatisfying(
                            rejection -> assertThat(rejection.strategy()).isEqualTo("load"));
            assertThat(rig.sentinel.slotStats())
                    .filteredOn(stats -> stats.resource().equals(Governor.OTHER_RESOURCES))
                    .singleElement()
                    .satisfies(stats -> assertThat(stats.rejected()).isPositive());
        }
    }
}

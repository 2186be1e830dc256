package io.opensergo.governance;

import static io.opensergo.governance.Requests.admitted;
import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.cpu;
import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.rule;
import static io.opensergo.governance.Rules.shadow;
import static io.opensergo.governance.Rules.slowBreaker;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.Header;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction.ProvidedResponse;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a guard admits, refuses and learns. */
class GuardTest extends TickedGuard {

    @Nested
    class Limits {

        @Test
        void letsEverythingPassWithoutARule() {
            Guard guard = governor(List.of()).guard("GET:/foo");

            assertThat(guard.isProtected()).isFalse();
            assertThat(admitted(guard, 1000)).isEqualTo(1000);
        }

        @Test
        void admitsUpToTheThresholdInAWindow() {
            Guard guard = governor(on("GET:/foo", rate("limit", 10, SECOND))).guard("GET:/foo");

            assertThat(guard.isProtected()).isTrue();
            assertThat(admitted(guard, 100)).isEqualTo(10);

            ticker.advance(SECOND.plusMillis(1));
            assertThat(admitted(guard, 100)).isEqualTo(10);
        }

        @Test
        void refusesEverythingAtAThresholdOfZero() {
            Guard guard = governor(on("GET:/foo", rate("limit", 0, SECOND))).guard("GET:/foo");

            long token = guard.acquire();

            assertThat(Guard.isRefused(token)).isTrue();
            assertThat(guard.rejection(token).retryAfter()).isNull();
        }

        @Test
        void protectsOnlyTheResourcesThatARuleNames() {
            var limit = rate("limit", 1, SECOND);
            Governor governor =
                    governor(List.of(limit, rule(metadata("both"), List.of("a", "b"), limit)));

            assertThat(admitted(governor.guard("a"), 5)).isEqualTo(1);
            assertThat(admitted(governor.guard("b"), 5)).isEqualTo(1);
            assertThat(admitted(governor.guard("c"), 5)).isEqualTo(5);
        }

        @Test
        void sharesTheStateOfAResourceAmongItsGuards() {
            Governor governor = governor(on("a", rate("limit", 3, SECOND)));

            assertThat(admitted(governor.guard("a"), 2)).isEqualTo(2);
            assertThat(admitted(governor.guard("a"), 2)).isEqualTo(1);
        }

        @Test
        void appliesAStrategyOnceHoweverManyRulesBringIt() {
            var limit = rate("limit", 4, SECOND);
            Governor governor =
                    governor(List.of(limit, rule("one", "a", limit), rule("two", "a", limit)));

            assertThat(admitted(governor.guard("a"), 10)).isEqualTo(4);
        }

        @Test
        void boundsTheRequestsInFlight() {
            Guard guard = governor(on("a", concurrency("slots", 2))).guard("a");
            long first = guard.acquire();
            guard.acquire();

            assertThat(Guard.isRefused(guard.acquire())).isTrue();

            guard.release(first, Outcome.failure(new IOException()));
            assertThat(Guard.isRefused(guard.acquire())).isFalse();
        }

        @Test
        void pacesRequestsAndTellsHowLongToWait() {
            Guard guard =
                    governor(
                                    on(
                                            "a",
                                            throttling(
                                                    "pace",
                                                    Duration.ofMillis(100),
                                                    Duration.ofMillis(200))))
                            .guard("a");

            assertThat(guard.waitNanos(guard.acquire())).isZero();
            long second = guard.acquire();
            assertThat(Duration.ofNanos(guard.waitNanos(second)).toMillis()).isEqualTo(100);
            assertThat(Duration.ofNanos(guard.waitNanos(guard.acquire())).toMillis())
                    .isEqualTo(200);

            long refused = guard.acquire();
            assertThat(guard.rejection(refused).kind()).isEqualTo(StrategyKind.THROTTLING);
            assertThat(guard.rejection(refused).retryAfter()).isEqualTo(Duration.ofMillis(100));

            ticker.advance(Duration.ofMillis(60));
            assertThat(Duration.ofNanos(guard.waitNanos(second)).toMillis()).isEqualTo(40);
            ticker.advance(Duration.ofMillis(60));
            assertThat(guard.waitNanos(second)).isZero();
        }

        @Test
        void givesBackWhatEarlierStrategiesTookIfALaterOneRefuses() {
            Governor governor =
                    governor(
                            on(
                                    "a",
                                    concurrency("slots", 5),
                                    rate("limit", 10, SECOND),
                                    breaker("breaker")));
            Guard guard = governor.guard("a");
            fail(guard, new IOException());
            fail(guard, new IOException());

            for (int i = 0; i < 100; i++) {
                assertThat(guard.rejection(guard.acquire()).kind())
                        .isEqualTo(StrategyKind.CIRCUIT_BREAKER);
            }

            assertThat(guard.stats().inFlight()).isZero();
            assertThat(guard.stats().passed()).isEqualTo(2);
            assertThat(guard.stats().rejected()).isEqualTo(100);
        }
    }

    @Nested
    class Refusals {

        @Test
        void saysWhoRefusedAndWhenToRetry() {
            Guard guard = governor(on("GET:/foo", rate("limit", 1, SECOND))).guard("GET:/foo");
            admitted(guard, 1);
            ticker.advance(Duration.ofMillis(400));

            Rejection rejection = guard.rejection(guard.acquire());

            assertThat(rejection.resource()).isEqualTo("GET:/foo");
            assertThat(rejection.rule()).isEqualTo("protect GET:/foo");
            assertThat(rejection.kind()).isEqualTo(StrategyKind.RATE_LIMIT);
            assertThat(rejection.strategy()).isEqualTo("limit");
            assertThat(rejection.retryAfter())
                    .isBetween(Duration.ofMillis(600), Duration.ofMillis(601));
            assertThat(rejection)
                    .hasToString(
                            "'GET:/foo' was refused by RateLimitStrategy 'limit' of rule 'protect"
                                    + " GET:/foo': 1 requests per 1s; retry after 601 ms");
        }

        @Test
        void carriesTheFallbackActionOfTheRule() {
            var limit = rate("limit", 0, SECOND);
            var action =
                    HttpRequestFallbackAction.builder(metadata("busy"))
                            .behaviorDesc(
                                    ProvidedResponse.builder()
                                            .responseStatusCode(429)
                                            .responseContentBody("later")
                                            .responseAdditionalHeaders(
                                                    List.of(
                                                            Header.builder()
                                                                    .key("Retry-After")
                                                                    .value("2")
                                                                    .build()))
                                            .build())
                            .build();
            var rule =
                    FaultToleranceRule.builder(metadata("protect"))
                            .targets(List.of(ResourceRef.of("a")))
                            .strategies(List.of(StrategyRef.to(limit)))
                            .fallbackAction("busy")
                            .build();
            Guard guard = governor(List.of(limit, action, rule)).guard("a");

            assertThat(guard.rejection(guard.acquire()).fallback()).isEqualTo(action);
        }

        @Test
        void hasNoReasonForAnAdmittedRequest() {
            Guard guard = governor(List.of()).guard("a");

            assertThatIllegalArgumentException().isThrownBy(() -> guard.rejection(guard.acquire()));
        }
    }

    @Nested
    class Breakers {

        @Test
        void opensTheBreakerAndLetsOneProbeThroughAfterTheRecoveryTimeout() {
            Guard guard = governor(on("a", breaker("breaker"))).guard("a");
            fail(guard, new IOException());
            fail(guard, new IOException());

            Rejection rejection = guard.rejection(guard.acquire());
            assertThat(rejection.kind()).isEqualTo(StrategyKind.CIRCUIT_BREAKER);
            assertThat(rejection.retryAfter()).isEqualTo(Duration.ofSeconds(5));

            ticker.advance(Duration.ofSeconds(5));
            long probe = guard.acquire();
            assertThat(Guard.isRefused(probe)).isFalse();
            assertThat(Guard.isRefused(guard.acquire())).isTrue();

            guard.release(probe, Outcome.SUCCESS);
            assertThat(admitted(guard, 10)).isEqualTo(10);
        }

        @Test
        void opensTheBreakerForCallsThatTakeTooLong() {
            Guard guard = governor(on("a", slowBreaker("slow", Duration.ofMillis(300)))).guard("a");
            for (int i = 0; i < 2; i++) {
                long token = guard.acquire();
                ticker.advance(Duration.ofMillis(301));
                guard.release(token, Outcome.SUCCESS);
            }

            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }

        @Test
        void doesNotCallATimeEqualToTheLimitSlow() {
            Guard guard = governor(on("a", slowBreaker("slow", Duration.ofMillis(300)))).guard("a");
            for (int i = 0; i < 5; i++) {
                long token = guard.acquire();
                ticker.advance(Duration.ofMillis(300));
                guard.release(token, Outcome.SUCCESS);
            }

            assertThat(admitted(guard, 1)).isEqualTo(1);
        }

        @Test
        void countsTheTimeOfAThrottledCallFromWhenItMayProceed() {
            var pace = throttling("pace", SECOND, Duration.ofSeconds(10));
            Guard guard =
                    governor(on("a", pace, slowBreaker("slow", Duration.ofMillis(300)))).guard("a");
            for (int i = 0; i < 3; i++) {
                long token = guard.acquire();
                ticker.advanceNanos(guard.waitNanos(token));
                token = guard.proceed(token);
                ticker.advance(Duration.ofMillis(1));
                guard.release(token, Outcome.SUCCESS);
            }

            assertThat(Guard.isRefused(guard.acquire())).isFalse();
        }

        @Test
        void choosesErrorsByTheirConditions() {
            Guard guard =
                    governor(on("a", breaker("breaker", "IOException", "UNAVAILABLE"))).guard("a");
            fail(guard, new IllegalStateException());
            fail(guard, new IllegalStateException());
            assertThat(admitted(guard, 1)).isEqualTo(1);

            fail(guard, new FileNotFoundException("a subclass of IOException"));
            fail(guard, new IOException());
            long token = guard.acquire();
            guard.release(token, Outcome.failure("UNAVAILABLE"));

            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }

        @Test
        void learnsNothingFromACancelledProbeAndGivesItsPlaceAway() {
            Guard guard = governor(on("a", breaker("breaker"))).guard("a");
            fail(guard, new IOException());
            fail(guard, new IOException());
            ticker.advance(Duration.ofSeconds(5));

            guard.release(guard.acquire(), Outcome.CANCELLED);

            assertThat(Guard.isRefused(guard.acquire())).isFalse();
        }
    }

    @Nested
    class Overload {

        @Test
        void refusesInboundRequestsAboveTheCpuThreshold() {
            cpu = 0.9;
            Governor governor = governor(List.of(cpu("node", 0.8, AdaptiveStrategy.NONE)));

            assertThat(admitted(governor.guard("a"), 10)).isZero();
            assertThat(admitted(governor.guard("a", TrafficDirection.OUTBOUND), 10)).isEqualTo(10);
            Guard guard = governor.guard("a");
            Rejection rejection = guard.rejection(guard.acquire());
            assertThat(rejection.rule()).isNull();
            assertThat(rejection.strategy()).isEqualTo("node");
        }

        @Test
        void admitsAtTheCpuThreshold() {
            cpu = 0.8;
            Governor governor = governor(List.of(cpu("node", 0.8, AdaptiveStrategy.NONE)));

            assertThat(admitted(governor.guard("a"), 10)).isEqualTo(10);
        }

        @Test
        void refusesOnlyWhatExceedsTheCapacityUnderBbr() {
            cpu = 0.9;
            Guard guard = governor(List.of(cpu("node", 0.8, AdaptiveStrategy.BBR))).guard("a");
            // 50 calls of 10 ms each in 500 ms: one in flight keeps the process busy, two have a
            // queue
            for (int i = 0; i < 60; i++) {
                long token = guard.acquire();
                ticker.advance(Duration.ofMillis(10));
                guard.release(token, Outcome.SUCCESS);
            }
            List<Long> tokens = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                long token = guard.acquire();
                if (!Guard.isRefused(token)) {
                    tokens.add(token);
                }
            }

            assertThat(tokens).hasSize(2);

            tokens.forEach(token -> guard.release(token, Outcome.SUCCESS));
            assertThat(Guard.isRefused(guard.acquire())).isFalse();
        }
    }

    @Nested
    class Shadows {

        @Test
        void countsWhatAShadowWouldRefuseAndRefusesNothing() {
            var limit = rate(shadow("limit"), LimitMode.LOCAL, 3, SECOND);
            Guard guard = governor(on("a", limit)).guard("a");

            assertThat(admitted(guard, 10)).isEqualTo(10);

            ResourceStats stats = guard.stats();
            assertThat(stats.passed()).isEqualTo(10);
            assertThat(stats.rejected()).isZero();
            assertThat(stats.strategies())
                    .singleElement()
                    .satisfies(
                            one -> {
                                assertThat(one.shadow()).isTrue();
                                assertThat(one.shadowRejected()).isEqualTo(7);
                            });
        }

        @Test
        void isAShadowIfTheRuleIs() {
            var limit = rate("limit", 0, SECOND);
            Governor governor =
                    governor(List.of(limit, rule(shadow("protect"), List.of("a"), limit)));

            assertThat(admitted(governor.guard("a"), 10)).isEqualTo(10);
        }

        @Test
        void isEnforcedIfOneOfTwoRulesIsNoShadow() {
            var limit = rate("limit", 0, SECOND);
            Governor governor =
                    governor(
                            List.of(
                                    limit,
                                    rule(shadow("try"), List.of("a"), limit),
                                    rule("protect", "a", limit)));

            assertThat(admitted(governor.guard("a"), 10)).isZero();
        }
    }
}

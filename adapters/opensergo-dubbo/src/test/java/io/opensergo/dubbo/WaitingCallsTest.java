package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.Guard;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.TimeoutCountDown;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that wait for their turn, and the places that calls give back however they end. */
class WaitingCallsTest extends GuardedGreeter {

    @Nested
    class PlacesOfCalls {

        @Tag("one-version")
        @ParameterizedTest
        @ValueSource(strings = {"dubbo", "tri"})
        void freesASlotOnEveryWayOut(String protocol) {
            DubboApp provider = provider(protocol);
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            apply(caller, one("consumer"));

            for (int i = 0; i < 5; i++) {
                assertThat(consumer.greet("you")).isEqualTo("hello");
                assertThat(codeOf(catchThrowable(() -> consumer.greet("fail"))))
                        .isNotEqualTo(RpcException.LIMIT_EXCEEDED_EXCEPTION);
                assertThat(consumer.greetLater("you").join()).isEqualTo("hello");
                assertThat(catchThrowable(() -> consumer.greetLater("fail").join())).isNotNull();
            }

            CompletableFuture<String> held = consumer.greetLater("hold");
            assertThat(codeOf(catchThrowable(() -> consumer.greet("you"))))
                    .as("while one is under way")
                    .isEqualTo(RpcException.LIMIT_EXCEEDED_EXCEPTION);
            greeter.letGo();
            held.join();
            assertThat(consumer.greet("you")).isEqualTo("hello");
        }

        private static List<Rule> one(String app) {
            return Rules.read(
                    """
                            apiVersion: fault-tolerance.opensergo.io/v1alpha1
                            kind: ConcurrencyLimitStrategy
                            metadata: {name: one, labels: {app: APP}}
                            spec: {limitMode: Local, maxConcurrency: 1}
                            ---
                            apiVersion: fault-tolerance.opensergo.io/v1alpha1
                            kind: FaultToleranceRule
                            metadata: {name: protect, labels: {app: APP}}
                            spec:
                              targets: [{targetResourceName: "%s"}, {targetResourceName: "%s"}]
                              strategies: [{name: one, kind: ConcurrencyLimitStrategy}]
                            """
                            .formatted(SERVICE, GREET)
                            .replace("APP", app));
        }

        @ParameterizedTest
        @ValueSource(strings = {"dubbo", "tri"})
        void freesASlotWhenACallTimesOutOrIsCancelledOrCannotBeMade(String protocol) {
            DubboApp provider = provider(protocol);
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            Greeter nowhere = caller.consume(protocol + "://127.0.0.1:1");
            apply(caller, one("consumer"));

            for (int i = 0; i < 3; i++) {
                assertThat(catchThrowable(() -> greetWithin(100, consumer, "hold")))
                        .as("synchronous")
                        .isInstanceOf(RpcException.class)
                        .hasMessageContaining("imeout");
                setTimeout(100);
                assertThat(catchThrowable(() -> consumer.greetLater("hold").join()))
                        .as("asynchronous")
                        .hasMessageContaining("imeout");
                assertThat(codeOf(catchThrowable(() -> nowhere.greet("you"))))
                        .as("nobody there")
                        .isNotIn(RpcException.LIMIT_EXCEEDED_EXCEPTION, -1);
                setTimeout(100);
                consumer.greetLater("hold").cancel(true);
                await().atMost(DubboApp.PATIENCE)
                        .ignoreExceptions()
                        .until(() -> consumer.greet("you").equals("hello"));
            }
            greeter.letGo();
        }
    }

    @Nested
    class Throttling {

        @ParameterizedTest
        @ValueSource(strings = {"dubbo", "tri"})
        void throttlesOnBothSides(String protocol) {
            DubboApp provider = provider(protocol);
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            consumer.greet("you");
            apply(provider, throttle("provider", GREET));
            apply(caller, throttle("consumer", SERVICE));

            long start = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                assertThat(consumer.greet("you")).isEqualTo("hello");
            }
            List<CompletableFuture<String>> later = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                later.add(consumer.greetLater("you"));
            }
            assertThat(later.get(11)).as("made later, without waiting here").isNotDone();
            later.forEach(each -> assertThat(each.join()).isEqualTo("hello"));

            assertThat(System.nanoTime() - start)
                    .as("15 calls are at least 14 intervals apart")
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(14 * 100));
            assertThat(provider.governance().governor().guard(GREET).stats().passed()).isEqualTo(3);
        }

        @Tag("one-version")
        @Test
        void refusesWhatWouldHaveToWaitOnAThreadOfTheNetwork() {
            DubboApp provider =
                    app("provider", Map.of()).provideOnNetworkThreads("dubbo", greeter).start();
            Greeter consumer = ungoverned().consume(provider);
            apply(provider, throttle("provider", GREET));
            List<Throwable> errors = new ArrayList<>();

            for (int i = 0; i < 5; i++) {
                Throwable error = catchThrowable(() -> consumer.greet("you"));
                if (error != null) {
                    errors.add(error);
                }
            }

            assertThat(errors).isNotEmpty();
            assertThat(errors.get(0)).hasMessageContaining("leaves no thread to wait on");
        }
    }

    @Nested
    class AsynchronousCalls {

        @Tag("one-version")
        @ParameterizedTest
        @CsvSource({"dubbo, false", "dubbo, true", "tri, false", "tri, true"})
        void aThrottledAsynchronousCallThatIsGivenUpIsNotMade(String protocol, boolean completed) {
            DubboApp provider = provider(protocol);
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            apply(caller, throttle("consumer", GREET_LATER, "300ms"));
            Guard guard =
                    caller.governance().governor().guard(GREET_LATER, TrafficDirection.OUTBOUND);
            Set<String> givenUp = new HashSet<>();

            for (int i = 0; givenUp.size() < 5; i++) {
                String name = "call " + i;
                Duration waited = guard.stats().waited();
                CompletableFuture<String> call = consumer.greetLater(name);
                if (!guard.stats().waited().equals(waited)) { // unless its turn had come at once
                    giveUp(call, completed);
                    givenUp.add(name);
                }
            }

            for (int i = 0; i < 6; i++) { // which takes longer than those would have waited
                consumer.greetLater("you").join();
            }
            assertThat(greeter.askedLater).contains("you").doesNotContainAnyElementsOf(givenUp);
        }

        private static void giveUp(CompletableFuture<String> call, boolean completed) {
            assertThat(call).isNotDone();
            assertThat(completed ? call.complete("in its place") : call.cancel(true)).isTrue();
        }

        @Tag("one-version")
        @ParameterizedTest
        @CsvSource({"dubbo, false", "dubbo, true", "tri, false", "tri, true"})
        void aThrottledAsynchronousCallThatIsGivenUpLeavesTheLine(
                String protocol, boolean completed) {
            DubboApp provider = provider(protocol);
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            apply(caller, throttle("consumer", GREET_LATER, "600s"));
            consumer.greetLater("you").join();

            giveUp(consumer.greetLater("given up"), completed);

            Guard guard =
                    caller.governance().governor().guard(GREET_LATER, TrafficDirection.OUTBOUND);
            assertThat(guard.waitNanos(guard.acquire()))
                    .isBetween(1L, TimeUnit.SECONDS.toNanos(600));
        }

        @Tag("one-version")
        @Test
        void aThrottledAsynchronousCallKeepsToTheTimeThatIsLeft() {
            DubboApp provider = provider("dubbo");
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            apply(caller, throttle("consumer", GREET_LATER));
            List<CompletableFuture<String>> before = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                before.add(consumer.greetLater("you"));
            }

            RpcContext.getClientAttachment()
                    .setObjectAttachment(
                            CommonConstants.TIME_COUNTDOWN_KEY,
                            TimeoutCountDown.newCountDown(2, TimeUnit.SECONDS));
            Throwable error = catchThrowable(() -> consumer.greetLater("hold").join());

            assertThat(error).isNotNull();
            assertThat(error.getMessage())
                    .as("not the 20 s of the reference")
                    .doesNotContain("20000");
            before.forEach(each -> assertThat(each.join()).isEqualTo("hello"));
            greeter.letGo();
        }
    }

    private static List<Rule> throttle(String app, String resource) {
        return throttle(app, resource, "100ms");
    }

    private static List<Rule> throttle(String app, String resource, String interval) {
        return Rules.read(
                """
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: ThrottlingStrategy
                metadata: {name: pace-%1$s, labels: {app: %1$s}}
                spec: {minIntervalOfRequests: %3$s, queueTimeout: 3600s}
                ---
                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                kind: FaultToleranceRule
                metadata: {name: protect-%1$s, labels: {app: %1$s}}
                spec:
                  targets: [{targetResourceName: "%2$s"}]
                  strategies: [{name: pace-%1$s, kind: ThrottlingStrategy}]
                """
                        .formatted(app, resource, interval));
    }
}

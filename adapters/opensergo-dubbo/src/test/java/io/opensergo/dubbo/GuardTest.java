package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.governance.BreakerState;
import io.opensergo.governance.BreakerTransition;
import io.opensergo.governance.Guard;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.RpcInvocation;
import org.apache.dubbo.rpc.service.GenericService;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that rules limit and circuit-break, on the side of the provider and of the consumer. */
class GuardTest extends GuardedGreeter {

    @Nested
    class Refusals {

        @ParameterizedTest
        @ValueSource(strings = {"dubbo", "tri"})
        void refusesOnTheSideOfTheProviderWithoutBeingTriedAgain(String protocol) {
            DubboApp provider = provider(protocol);
            Greeter consumer = ungoverned().consume(provider);
            apply(provider, Rules.limit("provider", GREET, 3));

            List<Throwable> refusals = refusals(10, () -> consumer.greet("you"));

            assertThat(refusals).hasSize(7);
            assertThat(greeter.calls).hasValue(3);
            assertThat(provider.governance().governor().guard(GREET).stats().rejected())
                    .as("each refused call came once")
                    .isEqualTo(7);
            assertThat(refusals.get(0))
                    .isInstanceOf(RpcException.class)
                    .hasMessageContaining(
                            "'" + GREET + "' was refused by RateLimitStrategy 'limit-provider'")
                    .hasMessageContaining("retry after");
            assertThat(consumer.greetLater("you").join()).as("another method").isEqualTo("hello");
        }

        @ParameterizedTest
        @ValueSource(strings = {"dubbo", "tri"})
        void tellsAGovernedConsumerThatALimitIsExceeded(String protocol) {
            DubboApp provider = provider(protocol);
            Greeter consumer = consumer().consume(provider);
            apply(provider, Rules.limit("provider", SERVICE, 0));

            Throwable sync = catchThrowable(() -> consumer.greet("you"));
            Throwable async = catchThrowable(() -> consumer.greetLater("you").join());

            assertThat(codeOf(sync)).isEqualTo(RpcException.LIMIT_EXCEEDED_EXCEPTION);
            assertThat(codeOf(async.getCause())).isEqualTo(RpcException.LIMIT_EXCEEDED_EXCEPTION);
            assertThat(greeter.calls).hasValue(0);
        }

        @ParameterizedTest
        @ValueSource(strings = {"dubbo", "tri"})
        void refusesOnTheSideOfTheConsumer(String protocol) {
            DubboApp provider = provider(protocol);
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            apply(caller, Rules.limit("consumer", SERVICE, 5));

            List<Throwable> sync = refusals(4, () -> consumer.greet("you"));
            List<Throwable> async = refusals(4, () -> join(consumer.greetLater("you")));

            assertThat(sync).isEmpty();
            assertThat(async).hasSize(3);
            assertThat(greeter.calls).hasValue(5);
            assertThat(async.get(0))
                    .isInstanceOf(RpcException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            RequestRejectedException.class,
                            e -> assertThat(e.rejection().strategy()).isEqualTo("limit-consumer"));

            rules.replaceAll(List.of());
            caller.await(plan -> plan.resources().isEmpty());

            assertThat(refusals(20, () -> consumer.greet("you"))).as("a deleted rule").isEmpty();
        }

        @Tag("one-version")
        @ParameterizedTest
        @ValueSource(strings = {"dubbo", "tri"})
        void aCallThatTheMethodRefusesUsesUpNothingOfTheService(String protocol) {
            DubboApp provider = provider(protocol);
            Greeter consumer = ungoverned().consume(provider);
            List<Rule> both = new ArrayList<>(Rules.limit("provider", SERVICE, 3));
            both.addAll(
                    Rules.read(
                            """
                            apiVersion: fault-tolerance.opensergo.io/v1alpha1
                            kind: RateLimitStrategy
                            metadata: {name: none, labels: {app: provider}}
                            spec: {metricType: RequestAmount, limitMode: Local, threshold: 0, statDurationSeconds: 3600}
                            ---
                            apiVersion: fault-tolerance.opensergo.io/v1alpha1
                            kind: FaultToleranceRule
                            metadata: {name: protect-method, labels: {app: provider}}
                            spec:
                              targets: [{targetResourceName: "%s"}]
                              strategies: [{name: none, kind: RateLimitStrategy}]
                            """
                                    .formatted(GREET_LATER)));
            apply(provider, both);

            assertThat(refusals(10, () -> join(consumer.greetLater("you")))).hasSize(10);

            assertThat(refusals(10, () -> consumer.greet("you"))).hasSize(7);
            assertThat(greeter.calls).hasValue(3);
        }

        @Tag("one-version")
        @ParameterizedTest
        @CsvSource({"dubbo, false", "dubbo, true", "tri, false", "tri, true"})
        void passesOnTheRefusalOfACallThatAServiceMakes(String protocol, boolean isGoverned) {
            DubboApp back = provider(protocol);
            AtomicReference<Greeter> behind = new AtomicReference<>();
            var relay = new LocalGreeter("middle", name -> behind.get().greet(name));
            DubboApp middle = app("middle", Map.of()).provide(protocol, relay).start();
            behind.set(middle.consume(back));
            apply(middle, Rules.limit("middle", GREET, 0));
            Greeter front = (isGoverned ? consumer() : ungoverned()).consume(middle);

            Throwable error = catchThrowable(() -> front.relay("you"));

            assertThat(error)
                    .isInstanceOf(RpcException.class)
                    .hasMessageContaining(
                            "'" + GREET + "', outbound, was refused by RateLimitStrategy");
            if (isGoverned) {
                assertThat(codeOf(error)).isEqualTo(RpcException.LIMIT_EXCEEDED_EXCEPTION);
            }
            assertThat(relay.calls).as("not tried again").hasValue(1);
            assertThat(greeter.calls).hasValue(0);
        }
    }

    @Nested
    class NamesOfResources {

        @Tag("one-version")
        @Test
        void namesAGenericCallAsTheMethodItCalls() {
            DubboApp provider = provider("dubbo");
            DubboApp caller = consumer();
            GenericService consumer = caller.consumeGenerically(provider);
            apply(caller, Rules.limit("consumer", GREET, 1));

            List<Throwable> refusals =
                    refusals(
                            3,
                            () ->
                                    consumer.$invoke(
                                            "greet",
                                            new String[] {"java.lang.String"},
                                            new Object[] {"you"}));

            assertThat(refusals).hasSize(2);
            assertThat(greeter.calls).hasValue(1);
        }

        @Tag("one-version")
        @Test
        void keepsAThousandMethodsOfAServiceHoweverManyNamesAreMadeUp() {
            DubboApp caller = consumer();
            Guards.OfService guards = caller.governance().outbound().of(SERVICE);
            for (int i = 0; i < Guards.MAX_METHODS; i++) {
                guards.method(call("made-up-" + i));
            }

            Guard next = guards.method(call("next"));

            assertThat(next.resource()).isEqualTo(SERVICE + ":*");
            assertThat(guards.method(call("after"))).isSameAs(next);
            assertThat(guards.method(call("made-up-0")).resource())
                    .as("a method that is known")
                    .isEqualTo(SERVICE + ":made-up-0()");
        }

        @SuppressWarnings("deprecation") // the other constructors want a model of the service
        private static RpcInvocation call(String method) {
            var invocation = new RpcInvocation();
            invocation.setMethodName("$invoke");
            invocation.setArguments(new Object[] {method, new String[0], new Object[0]});
            return invocation;
        }
    }

    @Nested
    class Breakers {

        @Tag("one-version")
        @ParameterizedTest
        @CsvSource({"dubbo, false", "dubbo, true", "tri, false", "tri, true"})
        void opensABreakerAndClosesItAfterAProbe(String protocol, boolean asynchronous)
                throws Exception {
            DubboApp provider = provider(protocol);
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            String resource = asynchronous ? GREET_LATER : GREET;
            apply(caller, Rules.breaker("consumer", resource, "200ms", ""));
            BlockingQueue<BreakerTransition> transitions = new LinkedBlockingQueue<>();
            caller.governance().governor().breakerTransitions().subscribe(transitions::add);

            for (int i = 0; i < 4; i++) {
                assertThat(catchThrowable(() -> greet(consumer, "fail", asynchronous))).isNotNull();
            }

            assertThat(next(transitions)).isEqualTo(BreakerState.OPEN);
            assertThat(greeter.calls).as("what a service throws is not tried again").hasValue(4);

            await().atMost(DubboApp.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> greet(consumer, "you", asynchronous).equals("hello"));

            assertThat(next(transitions)).isEqualTo(BreakerState.HALF_OPEN);
            assertThat(next(transitions)).isEqualTo(BreakerState.CLOSED);
            assertThat(refusals(10, () -> greet(consumer, "you", asynchronous))).isEmpty();
        }

        @Tag("one-version")
        @Test
        void countsByStatusIfTheRuleNamesOne() {
            DubboApp provider = provider("dubbo");
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            apply(provider, Rules.limit("provider", GREET, 0));
            apply(
                    caller,
                    Rules.breaker(
                            "consumer",
                            SERVICE,
                            "1h",
                            "errorConditions: {errorType: [LIMIT_EXCEEDED_EXCEPTION]}"));

            List<Throwable> business = refusals(8, () -> join(consumer.greetLater("fail")));
            List<Throwable> limits = refusals(16, () -> consumer.greet("you"));

            assertThat(business).as("not the status of the rule").isEmpty();
            assertThat(limits).hasSize(16);
            assertThat(limits.get(15)).hasRootCauseInstanceOf(RequestRejectedException.class);
            assertThat(provider.governance().governor().guard(GREET).stats().rejected())
                    .as("8 of 16 made the half")
                    .isEqualTo(8);
        }

        @Tag("one-version")
        @Test
        void letsWhatAServiceThrowsBeNoErrorIfAsked() {
            DubboApp provider = provider("dubbo");
            DubboApp caller =
                    app("consumer", Map.of("opensergo.business-exceptions-are-errors", "false"))
                            .start();
            Greeter consumer = caller.consume(provider);
            apply(caller, Rules.breaker("consumer", GREET, "1h", ""));

            assertThat(refusals(20, () -> consumer.greet("fail"))).isEmpty();
            assertThat(greeter.calls).hasValue(20);
        }

        @Tag("one-version")
        @ParameterizedTest
        @ValueSource(strings = {"dubbo", "tri"})
        void countsATimeoutOnceHoweverOftenTheClusterTries(String protocol) {
            DubboApp provider = provider(protocol);
            DubboApp caller = consumer();
            Greeter consumer = caller.consume(provider);
            apply(
                    caller,
                    Rules.breaker(
                            "consumer",
                            GREET,
                            "1h",
                            "errorConditions: {errorType: [TIMEOUT_EXCEPTION]}"));

            int timeouts = 0;
            while (timeouts < 10
                    && refusals(1, () -> greetWithin(100, consumer, "hold")).isEmpty()) {
                timeouts++;
            }

            assertThat(timeouts).isEqualTo(4);
            greeter.letGo();
        }
    }

    @Nested
    class LostControlPlanes {

        @Tag("one-version")
        @Test
        void keepsItsRulesWhenTheControlPlaneIsGone() {
            DubboApp provider = provider("dubbo");
            Greeter consumer = ungoverned().consume(provider);
            apply(provider, Rules.limit("provider", GREET, 2));

            controlPlane.close();
            await().atMost(DubboApp.PATIENCE)
                    .until(() -> provider.governance().client().state().phase() != Phase.READY);

            assertThat(refusals(5, () -> consumer.greet("you"))).hasSize(3);
        }
    }

    /** Makes calls, and returns the rejections among the errors. */
    private static List<Throwable> refusals(int calls, Runnable call) {
        List<Throwable> refusals = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            Throwable error = catchThrowable(call::run);
            if (error != null && String.valueOf(error.getMessage()).contains("was refused")) {
                refusals.add(error);
            }
        }
        return refusals;
    }

    private static BreakerState next(BlockingQueue<BreakerTransition> transitions)
            throws InterruptedException {
        BreakerTransition transition =
                transitions.poll(DubboApp.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(transition).isNotNull();
        return transition.to();
    }
}

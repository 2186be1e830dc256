package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.BreakerState;
import io.opensergo.governance.BreakerTransition;
import io.opensergo.governance.Guard;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.RpcInvocation;
import org.apache.dubbo.rpc.TimeoutCountDown;
import org.apache.dubbo.rpc.service.GenericService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {

    private static final String SERVICE = Greeter.class.getName();
    private static final String GREET = SERVICE + ":greet(java.lang.String)";
    private static final String GREET_LATER = SERVICE + ":greetLater(java.lang.String)";

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final LocalGreeter greeter = new LocalGreeter("hello");
    private final List<DubboApp> apps = new ArrayList<>();
    private ControlPlane controlPlane;

    @BeforeEach
    void start() throws Exception {
        controlPlane = ControlPlane.builder().port(0).source(rules).start();
    }

    @AfterEach
    void stop() {
        apps.forEach(DubboApp::close);
        controlPlane.close();
    }

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
        while (timeouts < 10 && refusals(1, () -> greetWithin(100, consumer, "hold")).isEmpty()) {
            timeouts++;
        }

        assertThat(timeouts).isEqualTo(4);
        greeter.letGo();
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

    private static String greetWithin(int millis, Greeter consumer, String name) {
        setTimeout(millis);
        return consumer.greet(name);
    }

    private static void setTimeout(int millis) {
        RpcContext.getClientAttachment().setObjectAttachment("timeout", millis);
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
    @ParameterizedTest
    @CsvSource({"dubbo, false", "dubbo, true", "tri, false", "tri, true"})
    void aThrottledAsynchronousCallThatIsGivenUpIsNotMade(String protocol, boolean completed) {
        DubboApp provider = provider(protocol);
        DubboApp caller = consumer();
        Greeter consumer = caller.consume(provider);
        apply(caller, throttle("consumer", GREET_LATER, "300ms"));
        Guard guard = caller.governance().governor().guard(GREET_LATER, TrafficDirection.OUTBOUND);
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

    @Tag("one-version")
    @ParameterizedTest
    @CsvSource({"dubbo, false", "dubbo, true", "tri, false", "tri, true"})
    void aThrottledAsynchronousCallThatIsGivenUpLeavesTheLine(String protocol, boolean completed) {
        DubboApp provider = provider(protocol);
        DubboApp caller = consumer();
        Greeter consumer = caller.consume(provider);
        apply(caller, throttle("consumer", GREET_LATER, "600s"));
        consumer.greetLater("you").join();

        giveUp(consumer.greetLater("given up"), completed);

        Guard guard = caller.governance().governor().guard(GREET_LATER, TrafficDirection.OUTBOUND);
        assertThat(guard.waitNanos(guard.acquire())).isBetween(1L, TimeUnit.SECONDS.toNanos(600));
    }

    private static void giveUp(CompletableFuture<String> call, boolean completed) {
        assertThat(call).isNotDone();
        assertThat(completed ? call.complete("in its place") : call.cancel(true)).isTrue();
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
        assertThat(error.getMessage()).as("not the 20 s of the reference").doesNotContain("20000");
        before.forEach(each -> assertThat(each.join()).isEqualTo("hello"));
        greeter.letGo();
    }

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

    private static String greet(Greeter consumer, String name, boolean asynchronous) {
        return asynchronous ? join(consumer.greetLater(name)) : consumer.greet(name);
    }

    private static String join(CompletableFuture<String> stage) {
        try {
            return stage.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
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

    private static int codeOf(Throwable error) {
        return error instanceof RpcException rpc ? rpc.getCode() : -1;
    }

    private static BreakerState next(BlockingQueue<BreakerTransition> transitions)
            throws InterruptedException {
        BreakerTransition transition =
                transitions.poll(DubboApp.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(transition).isNotNull();
        return transition.to();
    }

    private void apply(DubboApp app, List<Rule> changed) {
        rules.put(changed);
        app.await(plan -> !plan.resources().isEmpty() && plan.problems().isEmpty());
    }

    private DubboApp provider(String protocol) {
        return app("provider", Map.of()).provide(protocol, greeter).start();
    }

    private DubboApp consumer() {
        return app("consumer", Map.of()).start();
    }

    private DubboApp app(String name, Map<String, String> parameters) {
        var all = new java.util.HashMap<>(parameters);
        all.put("opensergo.endpoint", "localhost:" + controlPlane.port());
        return added(new DubboApp(name, DubboApp.none(), all));
    }

    private DubboApp ungoverned() {
        return added(new DubboApp("ungoverned", DubboApp.none(), Map.of())).start();
    }

    private DubboApp added(DubboApp app) {
        apps.add(0, app);
        return app;
    }
}

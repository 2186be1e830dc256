package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.TrafficDirection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.dubbo.common.constants.CommonConstants;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.TimeoutCountDown;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What routes ask for besides providers, of a consumer that has no registry. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteActionsTest {

    private static final String SERVICE = Greeter.class.getName();

    /** Of an attempt that took too long, or that there was no time for after another one. */
    private static final String OUT_OF_TIME = "(?is).*(timeout|no time left).*";

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final List<DubboApp> apps = new ArrayList<>();
    private final LocalGreeter greeter = new LocalGreeter("hello", RouteActionsTest::attachment);
    private ControlPlane controlPlane;
    private DubboApp caller;
    private int routers;
    private Map<String, Greeter> services;
    private Greeter repeatable;

    /** How many more calls fail that are asked to. */
    private static final AtomicInteger FAILURES = new AtomicInteger();

    private static String attachment(String name) {
        if (name.equals("countdown")) {
            return String.valueOf(
                    RpcContext.getClientAttachment()
                            .getObjectAttachment(CommonConstants.TIME_COUNTDOWN_KEY));
        }
        if (name.equals("flaky") && FAILURES.getAndDecrement() > 0) {
            throw new IllegalStateException("for now");
        }
        return String.valueOf(RpcContext.getServerAttachment().getAttachment(name));
    }

    @BeforeAll
    void start() throws Exception {
        controlPlane = ControlPlane.builder().port(0).source(rules).start();
        DubboApp dubbo = app("one", Map.of()).provide("dubbo", greeter).start();
        DubboApp triple = app("other", Map.of()).provide("tri", greeter).start();
        caller =
                app("caller", Map.of("opensergo.endpoint", "localhost:" + controlPlane.port()))
                        .start();
        services = Map.of("dubbo", caller.consume(dubbo), "tri", caller.consume(triple));
        repeatable = caller.consume(dubbo, Map.of("opensergo.idempotent", "true"));
    }

    private DubboApp app(String name, Map<String, String> parameters) {
        var app = new DubboApp(name, DubboApp.none(), parameters);
        apps.add(0, app);
        return app;
    }

    @BeforeEach
    void forgetCalls() {
        DubboApp.forgetCalls();
    }

    @AfterAll
    void stop() {
        greeter.letGo();
        apps.forEach(DubboApp::close);
        controlPlane.close();
    }

    private void route(String action) {
        String name = "greeter-" + ++routers;
        rules.replaceAll(
                Rules.read(
                        """
                        apiVersion: fault-tolerance.opensergo.io/v1alpha1
                        kind: ConcurrencyLimitStrategy
                        metadata: {name: many, labels: {app: caller}}
                        spec: {maxConcurrency: 1000, limitMode: Local}
                        ---
                        apiVersion: fault-tolerance.opensergo.io/v1alpha1
                        kind: FaultToleranceRule
                        metadata: {name: counts, labels: {app: caller}}
                        spec:
                          targets: [{targetResourceName: %1$s}]
                          strategies: [{name: many, kind: ConcurrencyLimitStrategy}]
                        ---
                        apiVersion: traffic.opensergo.io/v1alpha1
                        kind: TrafficRouter
                        metadata: {name: %2$s, labels: {app: caller}}
                        spec:
                          hosts: [%1$s]
                          http:
                            - name: all
                              route: [{destination: {host: %1$s}}]
                              %3$s
                        """
                                .formatted(SERVICE, name, action)));
        caller.await(plan -> plan.routers().contains(name) && plan.resources().contains(SERVICE));
    }

    private static Throwable failure(Runnable call) {
        Throwable error = catchThrowable(call::run);
        assertThat(error).isNotNull();
        return error instanceof CompletionException ? error.getCause() : error;
    }

    private static int code(Throwable error) {
        assertThat(error).as("%s", error).isInstanceOf(RpcException.class);
        return ((RpcException) error).getCode();
    }

    private void awaitIdle() {
        await().atMost(DubboApp.PATIENCE)
                .until(
                        () ->
                                caller.governance()
                                                .governor()
                                                .stats(SERVICE, TrafficDirection.OUTBOUND)
                                                .inFlight()
                                        == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dubbo", "tri"})
    void theTimeoutOfTheRouteBoundsACallWithAllOfItsAttempts(String protocol) {
        route("timeout: 500ms");
        Greeter service = services.get(protocol);
        long start = System.nanoTime();

        Throwable now = failure(() -> service.greet("hold"));
        Throwable later = failure(() -> service.greetLater("hold").join());

        assertThat(now.toString()).matches(OUT_OF_TIME);
        assertThat(later.toString()).matches(OUT_OF_TIME);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("that of the reference is 20 s")
                .isLessThan(Duration.ofSeconds(15));
        route("timeout: 600s");
        assertThat(service.relay("x-env")).as("the next call").isEqualTo("hello > null");
        awaitIdle();
    }

    @Test
    void whatIsLeftToTheCallThatIsServedStaysIfItIsLess() {
        route("timeout: 600s");
        RpcContext.getClientAttachment()
                .setObjectAttachment(
                        CommonConstants.TIME_COUNTDOWN_KEY,
                        TimeoutCountDown.newCountDown(300, TimeUnit.MILLISECONDS));
        try {
            Throwable late = failure(() -> services.get("dubbo").greet("hold"));

            assertThat(late.toString()).matches(OUT_OF_TIME);
        } finally {
            RpcContext.removeClientAttachment();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "httpStatus: 503, 1",
        "grpcStatus: DEADLINE_EXCEEDED, 2",
        "httpStatus: 403, 4",
        "grpcStatus: RESOURCE_EXHAUSTED, 7",
        "grpcStatus: UNIMPLEMENTED, 11",
        "grpcStatus: ABORTED, 0"
    })
    void aFaultEndsACallThatIsNotMade(String status, int code) {
        route("fault: {abort: {%s, percentage: {value: 100}}}".formatted(status));

        Throwable sync = failure(() -> services.get("dubbo").greet("nobody"));
        Throwable async = failure(() -> services.get("tri").greetLater("nobody").join());

        assertThat(code(sync)).isEqualTo(code);
        assertThat(sync).hasMessageContaining("a fault that a rule injects");
        assertThat(code(async)).isEqualTo(code);
        assertThat(greeter.asked).doesNotContain("nobody");
        awaitIdle();
    }

    @Test
    void aFaultHoldsACallUpWhichIsMadeThen() {
        route("fault: {delay: {fixedDelay: 200ms, percentage: {value: 100}}}");
        long start = System.nanoTime();

        assertThat(services.get("dubbo").greet("you")).isEqualTo("hello");
        assertThat(services.get("tri").greetLater("you").join()).isEqualTo("hello");

        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofMillis(400));
        awaitIdle();
    }

    @Test
    void aCallThatIsGivenUpWhileItIsHeldUpIsNotMade() {
        route("fault: {delay: {fixedDelay: 600s, percentage: {value: 100}}}");
        CompletableFuture<String> held = services.get("dubbo").greetLater("you");
        assertThat(
                        caller.governance()
                                .governor()
                                .stats(SERVICE, TrafficDirection.OUTBOUND)
                                .inFlight())
                .isPositive();

        held.cancel(false);

        awaitIdle();
        assertThat(greeter.asked).doesNotContain("nobody");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dubbo", "tri"})
    void attachmentsAreChanged(String protocol) {
        route("headers: {request: {set: {x-env: gray}, add: {x-tag: second}, remove: [x-secret]}}");
        Greeter service = services.get(protocol);

        assertThat(relay(service, "x-env", "blue")).isEqualTo("hello > gray");
        assertThat(relay(service, "x-tag", "first")).isEqualTo("hello > first,second");
        assertThat(relay(service, "x-secret", "1")).isEqualTo("hello > null");
    }

    private static String relay(Greeter service, String name, String value) {
        RpcContext.getClientAttachment().setAttachment(name, value);
        return service.relay(name);
    }

    /** Marks the next call of this thread as one that may be done twice. */
    private static void idempotent() {
        RpcContext.getClientAttachment().setAttachment("Idempotency-Key", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dubbo", "tri"})
    void aCallThatFailsIsMadeAgain(String protocol) {
        route("retries: {attempts: 3, retryOn: 5xx}");
        Greeter service = services.get(protocol);
        int before = greeter.calls.get();
        FAILURES.set(2);
        idempotent();

        assertThat(service.relay("flaky")).isEqualTo("hello > null");
        assertThat(greeter.calls.get() - before).isEqualTo(3);
        awaitIdle();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dubbo", "tri"})
    void itFailsAfterAsManyAttemptsAsTheRouteSaysAndDubboMakesNoneBesides(String protocol) {
        route("retries: {attempts: 2, retryOn: 5xx}");
        Greeter service = services.get(protocol);
        int before = greeter.calls.get();
        idempotent();
        Throwable now = failure(() -> service.greet("fail"));
        int sync = greeter.calls.get() - before;
        idempotent();
        Throwable later = failure(() -> service.greetLater("fail").join());

        assertThat(now).hasStackTraceContaining("asked to fail");
        assertThat(later).hasStackTraceContaining("asked to fail");
        assertThat(sync).isEqualTo(3);
        assertThat(greeter.calls.get() - before).isEqualTo(6);
        awaitIdle();
    }

    @Test
    void aCallThatMayNotBeDoneTwiceIsMadeOnce() {
        route("retries: {attempts: 3, retryOn: 5xx}");
        int before = greeter.calls.get();

        failure(() -> services.get("dubbo").greet("fail"));
        failure(() -> services.get("tri").greetLater("fail").join());

        assertThat(greeter.calls.get() - before).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dubbo", "tri"})
    void eachAttemptHasItsTimeAndTheClusterMakesNoneOnTop(String protocol) {
        route("retries: {attempts: 1, perTryTimeout: 300ms, retryOn: gateway-error}");
        int before = greeter.calls.get();
        idempotent();
        long start = System.nanoTime();

        Throwable late = failure(() -> services.get(protocol).greet("hold"));

        assertThat(late.toString()).matches(OUT_OF_TIME);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(600), Duration.ofSeconds(15));
        assertThat(greeter.calls.get() - before).isLessThanOrEqualTo(2);
        awaitIdle();
    }

    @Test
    void aReferenceMaySayThatItsCallsMayBeDoneTwice() {
        route("retries: {attempts: 1, retryOn: 5xx}");
        int before = greeter.calls.get();

        failure(() -> repeatable.greet("fail"));

        assertThat(greeter.calls.get() - before).isEqualTo(2);
    }

    @Test
    void retriesKeepToABudget() {
        route("retries: {attempts: 9, retryOn: 5xx}");
        int before = greeter.calls.get();
        long start = System.nanoTime();
        int calls = 30;
        for (int i = 0; i < calls; i++) {
            idempotent();
            failure(() -> services.get("dubbo").greet("fail"));
        }
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds() + 1;

        assertThat(greeter.calls.get() - before - calls)
                .isLessThanOrEqualTo((int) (20 + calls / 5 + seconds));
    }

    @Test
    void aCallThatIsGivenUpIsNotMadeAgain() {
        route("retries: {attempts: 9, perTryTimeout: 600s, retryOn: 5xx}");
        idempotent();
        CompletableFuture<String> held = services.get("dubbo").greetLater("hold");

        held.cancel(false);

        awaitIdle();
    }

    /**
     * A countdown of Dubbo's would be: it is in what threads share that serve and complete calls.
     */
    @ParameterizedTest
    @ValueSource(strings = {"dubbo", "tri"})
    void theTimeoutOfARouteIsNotOnTheThreadThatServesOrMakesTheNextCall(String protocol) {
        route("timeout: 600s\n      retries: {attempts: 1, perTryTimeout: 500s}");

        assertThat(services.get(protocol).relay("countdown")).isEqualTo("hello > null");

        assertThat(RpcContext.getClientAttachment().getObjectAttachments())
                .doesNotContainKeys(
                        CommonConstants.TIME_COUNTDOWN_KEY,
                        CommonConstants.TIMEOUT_KEY,
                        CommonConstants.RETRIES_KEY);
    }

    @Test
    void aReferenceWithoutARegistryHasNobodyToCopyTo() {
        route("mirror: {host: %s, subset: v2}".formatted(SERVICE));
        int before = greeter.calls.get();

        assertThat(services.get("dubbo").greet("you")).isEqualTo("hello");

        await().atMost(DubboApp.PATIENCE)
                .until(() -> caller.governance().mirrors().underWay() == 0);
        assertThat(greeter.calls.get() - before).isEqualTo(1);
    }

    @Test
    void whatIsNotDoneIsAProblemOfThePlan() {
        route("corsPolicy: {allowOrigin: ['*']}\n      timeout: 5s");

        assertThat(caller.governance().governor().plan().problems())
                .singleElement()
                .asString()
                .contains("corsPolicy")
                .contains("Dubbo");
    }
}

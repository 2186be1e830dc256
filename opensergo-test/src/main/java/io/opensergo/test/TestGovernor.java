package io.opensergo.test;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.util.Arrays;
import java.util.List;
import reactor.core.Disposable;

/**
 * A governor by the rules of a test, with its time and what else surrounds it. What {@link
 * OpenSergoTest} makes for each test of JUnit; without it:
 *
 * <pre>{@code
 * try (var test = TestGovernor.builder().app("shop").files(Path.of("rules")).build()) {
 *     assertThat(test.guard("POST:/orders")).admits(50).thenRefusesBy("orders-per-second");
 *     test.verify();
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads.
 */
public final class TestGovernor implements AutoCloseable {

    private static final RuleReader READER = RuleReader.strict().withKinds(RuleKinds.installed());

    private final List<Rule> rules;
    private final TestClock clock;
    private final TestLoad load;
    private final MistakeWatch watch;
    private final Governor governor;
    private final Disposable watching;
    private volatile List<Rule> inForce;

    TestGovernor(
            TestGovernorBuilder settings,
            ReadResult[] documents,
            TestClock clock,
            MistakeWatch watch) {
        this.rules = Arrays.stream(documents).flatMap(each -> each.rules().stream()).toList();
        this.inForce = rules;
        this.clock = clock;
        this.load = new TestLoad(clock);
        this.watch = watch;
        this.governor =
                settings.settings()
                        .time(clock)
                        .loadMetrics(load)
                        .onGuard(watch::guardIsAskedFor)
                        .documents(documents)
                        .build();
        this.watching = watch.follow(governor);
    }

    /** Starts a governor without rules, to which they are added. */
    public static TestGovernorBuilder builder() {
        return new TestGovernorBuilder();
    }

    /** Returns the governor. */
    public Governor governor() {
        return governor;
    }

    /** Returns the guard of a resource for inbound requests. */
    public Guard guard(String resource) {
        return governor.guard(resource);
    }

    /** Returns the guard of a resource. */
    public Guard guard(String resource, TrafficDirection direction) {
        return governor.guard(resource, direction);
    }

    /** Returns the time of the governor. */
    public TestClock clock() {
        return clock;
    }

    /** Returns how busy the machine is. */
    public TestLoad load() {
        return load;
    }

    /**
     * Replaces all rules in one edit, as a control plane would: counts and breakers of resources
     * that stay are kept.
     *
     * @throws io.opensergo.rules.document.RuleDocumentException if one is not valid, with its place
     */
    public void replaceRules(String documents) {
        ReadResult read = READER.read(documents, "replaceRules");
        List<Rule> given = read.orThrow();
        governor.replaceRules(given);
        inForce = given;
    }

    /**
     * Opens a circuit breaker, as calls would that fail or are slow: it makes as many as are
     * needed. Those that other strategies of the resource refuse are not needed, and fail it.
     *
     * @param guard the guard of the resource
     * @param strategy the name of the {@code CircuitBreakerStrategy}
     * @throws AssertionError if there is no such breaker, or if other strategies do not admit the
     *     calls
     */
    public void openBreaker(Guard guard, String strategy) {
        BreakerOpening.openBreaker(guard, strategy, inForce, clock);
    }

    /**
     * Has all resources and rules begin anew, by the rules it was made with; for one governor that
     * several tests have, one after the other.
     */
    public void restart() {
        governor.replaceRules(List.of());
        governor.replaceRules(rules);
        inForce = rules;
        watch.restart();
    }

    /**
     * Checks that no plan had a problem, and that each resource that was guarded was named by a
     * rule at some time, but for what is allowed.
     *
     * @throws AssertionError naming everything that was not so
     */
    public void verify() {
        verify(watch);
    }

    static void verify(MistakeWatch watch) {
        throwIfAny("the test has used what is most likely a mistake:", watch.wrong());
    }

    /** Checks the rules alone, before a test begins. */
    void verifyRules() {
        throwIfAny("the rules of this test have problems:", watch.wrongWithRules());
    }

    private static void throwIfAny(String title, List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw new AssertionError(
                    title + MessageText.lines(wrong) + "\n@Allow says what of it shall pass");
        }
    }

    /** Closes the governor, without a check. Closing again does nothing. */
    @Override
    public void close() {
        watching.dispose();
        governor.close();
        clock.close();
    }
}

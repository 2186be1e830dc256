package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.CircuitBreaker;
import io.opensergo.governance.plan.StrategyBinding;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has been decided on a protected resource since rules first named it, through all edits.
 *
 * @param resource the name of the resource
 * @param direction which way its requests go
 * @param passed the requests that passed; one that is withdrawn afterwards is taken out again
 * @param rejected the requests that any strategy refused, those that are gone included; it never
 *     falls
 * @param inFlight the requests in flight; 0 unless a concurrency limit counts them
 * @param waited how long passed requests had to wait for throttling, in sum; of one that leaves the
 *     line, the time that was still to come is taken out again
 * @param strategies what each strategy did, in the order in which requests meet them
 */
public record ResourceStats(
        String resource,
        TrafficDirection direction,
        long passed,
        long rejected,
        long inFlight,
        Duration waited,
        List<StrategyStats> strategies) {

    public ResourceStats {
        strategies = List.copyOf(strategies);
    }

    /**
     * What a strategy did.
     *
     * @param rule the name of the rule that brought it, or {@code null} if it protects the process
     * @param kind its kind
     * @param strategy its name
     * @param shadow whether it refuses nothing
     * @param rejected the requests it refused
     * @param shadowRejected the requests it would have refused while it was a shadow
     * @param breaker the state of a circuit breaker; {@code null} for another kind
     * @param calls the calls that a circuit breaker was told of; {@code null} for another kind
     */
    public record StrategyStats(
            @Nullable String rule,
            StrategyKind kind,
            String strategy,
            boolean shadow,
            long rejected,
            long shadowRejected,
            @Nullable BreakerState breaker,
            @Nullable BreakerCalls calls) {}

    /**
     * The calls that a circuit breaker was told of when they had ended.
     *
     * @param slow whether slow calls are the bad ones, or else those that failed
     * @param bad the bad calls, whatever its state was; it never falls
     * @param inWindow the calls in its window now; 0 unless it is closed
     * @param badInWindow the bad ones among them
     */
    public record BreakerCalls(boolean slow, long bad, long inWindow, long badInWindow) {

        /** Returns the share of bad calls in the window, 0 to 1; 0 if there are no calls. */
        public double ratio() {
            return inWindow == 0 ? 0 : (double) badInWindow / inWindow;
        }
    }

    static ResourceStats of(GuardedResource resource, Protection protection) {
        ResourceState state = protection.state;
        return new ResourceStats(
                resource.name(),
                resource.direction(),
                state.passedTotal(),
                state.rejectedTotal(protection.checks),
                state.inFlight.count(),
                Duration.ofNanos(state.waitedNanos.sum()),
                protection.checks.all().stream().map(check -> of(check, protection)).toList());
    }

    private static StrategyStats of(Check check, Protection protection) {
        StrategyBinding binding = check.binding;
        return new StrategyStats(
                binding.ruleName(),
                binding.kind(),
                binding.strategy().name(),
                check.shadow,
                check.counters.rejected.sum(),
                check.counters.shadowRejected.sum(),
                check instanceof Check.Break broken
                        ? BreakerState.of(broken.breaker.phase())
                        : null,
                check instanceof Check.Break broken ? of(broken, protection) : null);
    }

    private static BreakerCalls of(Check.Break check, Protection protection) {
        CircuitBreaker.Window window = protection.window(check);
        return new BreakerCalls(check.slow, check.counters.bad.sum(), window.calls(), window.bad());
    }
}

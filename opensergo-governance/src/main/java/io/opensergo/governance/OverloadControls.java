package io.opensergo.governance;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.internal.limiter.OverloadControl;
import io.opensergo.governance.internal.limiter.ProcessLoad;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.MetricType;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What is in force against overload of the process: one control for each strategy, whatever number
 * of resources it protects. An edited strategy gets a new one, which begins with the load as it is.
 */
final class OverloadControls {

    /** All is refused at so many points of the CPU above the threshold. */
    private static final double CPU_RANGE = 0.1;

    /** All is refused at a load average of so much of the threshold above it. */
    private static final double LOAD_RANGE = 0.25;

    private record Key(
            RuleId strategy, MetricType metric, double threshold, AdaptiveStrategy adaptive) {}

    private final ProcessLoad load;
    private final Ticker ticker;
    private final Map<Key, OverloadControl> controls = new HashMap<>();
    private double cpu = -1;
    private double loadAverage = -1;
    private long measured;

    OverloadControls(ProcessLoad load, Ticker ticker) {
        this.load = load;
        this.ticker = ticker;
    }

    /** Returns the control of a strategy. */
    synchronized OverloadControl of(AdaptiveOverloadProtectionStrategy strategy) {
        var key =
                new Key(
                        strategy.id(),
                        strategy.metricType(),
                        strategy.triggerThreshold().value(),
                        strategy.adaptiveStrategy());
        return controls.computeIfAbsent(key, this::start);
    }

    private OverloadControl start(Key key) {
        double threshold = key.threshold;
        double all =
                key.metric == MetricType.CPU_PERCENTAGE
                        ? Math.min(1, threshold + CPU_RANGE)
                        : threshold * (1 + LOAD_RANGE);
        OverloadControl control =
                key.adaptive == AdaptiveStrategy.BBR
                        ? OverloadControl.byCapacity(threshold, load)
                        : OverloadControl.byShare(threshold, all);
        control.measured(measured(key), 0);
        return control;
    }

    private double measured(Key key) {
        return key.metric == MetricType.CPU_PERCENTAGE ? cpu : loadAverage;
    }

    /** Keeps these, and forgets all others, which nothing asks any more. */
    synchronized void retain(Set<OverloadControl> used) {
        controls.values().retainAll(used);
    }

    /**
     * Takes what was measured.
     *
     * @param newCpu the CPU in use, 0 to 1; negative or not a number if unknown
     * @param newLoadAverage the load average; likewise
     */
    synchronized void measured(double newCpu, double newLoadAverage) {
        long now = ticker.nanos();
        long passed = Math.max(0, now - measured);
        measured = now;
        cpu = newCpu;
        loadAverage = newLoadAverage;
        load.measured(newCpu, newLoadAverage);
        controls.forEach((key, control) -> control.measured(measured(key), passed));
    }
}

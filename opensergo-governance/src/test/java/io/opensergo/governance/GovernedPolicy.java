package io.opensergo.governance;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.ServerSimulation.Policy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import java.time.Duration;
import java.util.List;
import reactor.test.scheduler.VirtualTimeScheduler;

/** A governor of this project, with all that a request meets in one, in simulated time. */
final class GovernedPolicy implements Policy, LoadMetrics {

    /** Over which time the measures of the runtime are averaged. */
    private static final double AVERAGED_NANOS = 500_000_000;

    private final ManualTicker ticker = new ManualTicker();
    private final VirtualTimeScheduler scheduler = VirtualTimeScheduler.create();
    private final Guard guard;
    private double cpu;

    GovernedPolicy(double threshold, AdaptiveStrategy strategy) {
        guard =
                Governor.builder()
                        .ticker(ticker)
                        .loadMetrics(this)
                        .loadScheduler(scheduler)
                        .rules(List.of(Rules.cpu("overload", threshold, strategy)))
                        .build()
                        .guard("a");
    }

    @Override
    public long interval() {
        return LoadSampler.INTERVAL.toNanos();
    }

    @Override
    public void measured(long now, double newest) {
        at(now);
        cpu = newest + (cpu - newest) * Math.exp(-interval() / AVERAGED_NANOS);
        scheduler.advanceTimeBy(Duration.ofNanos(interval()));
    }

    @Override
    public long begin(long now) {
        at(now);
        return guard.acquire();
    }

    @Override
    public void end(long now, long token, long nanos) {
        at(now);
        guard.release(token, Outcome.SUCCESS);
    }

    private void at(long now) {
        ticker.advanceNanos(now - ticker.nanos());
    }

    @Override
    public double cpu() {
        return cpu;
    }

    @Override
    public double loadAverage() {
        return -1;
    }
}

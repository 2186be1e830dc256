package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.ProcessLoad;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/** Measures the load while a rule asks for it. */
final class LoadSampler {

    static final Duration INTERVAL = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(LoadSampler.class);

    private final LoadMetrics metrics;
    private final ProcessLoad load;
    private @Nullable Disposable task;
    private boolean failing;
    private boolean closed;

    LoadSampler(LoadMetrics metrics, ProcessLoad load) {
        this.metrics = metrics;
        this.load = load;
    }

    /** Starts or stops measuring; the first measurement is taken before this returns. */
    synchronized void setActive(boolean active) {
        if (active && task == null && !closed) {
            sample();
            task =
                    Schedulers.boundedElastic()
                            .schedulePeriodically(
                                    this::sample,
                                    INTERVAL.toMillis(),
                                    INTERVAL.toMillis(),
                                    TimeUnit.MILLISECONDS);
        } else if (!active && task != null) {
            task.dispose();
            task = null;
        }
    }

    /** Stops measuring for good. */
    synchronized void close() {
        closed = true;
        setActive(false);
    }

    /** Measures once. What cannot be measured is not too much. */
    synchronized void sample() {
        try {
            load.measured(metrics.cpu(), metrics.loadAverage());
            failing = false;
        } catch (RuntimeException e) {
            load.measured(-1, -1);
            if (!failing) {
                LOG.warn(
                        "The load cannot be measured; overload protection lets everything pass", e);
            }
            failing = true;
        }
    }
}

package io.opensergo.governance;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/** Measures the load while a rule asks for it. */
final class LoadSampler {

    static final Duration INTERVAL = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(LoadSampler.class);

    private final LoadMetrics metrics;
    private final OverloadControls controls;
    private final RequestWaits waits;
    private @Nullable Disposable task;
    private boolean failing;
    private boolean closed;

    LoadSampler(LoadMetrics metrics, OverloadControls controls, RequestWaits waits) {
        this.metrics = metrics;
        this.controls = controls;
        this.waits = waits;
    }

    /** Starts or stops measuring; the first measurement is taken before this returns. */
    synchronized void setActive(boolean active) {
        if (active && task == null && !closed) {
            measure();
            task = waits.repeat(this::sample, INTERVAL);
        } else if (!active && task != null) {
            task.dispose();
            task = null;
            controls.measured(-1, -1); // what nobody measures any more must refuse nothing
        }
    }

    /** Stops measuring for good. */
    synchronized void close() {
        closed = true;
        setActive(false);
    }

    private synchronized void sample() {
        if (task != null) {
            measure();
        }
    }

    /** Measures once. What cannot be measured is not too much. */
    private void measure() {
        try {
            controls.measured(metrics.cpu(), metrics.loadAverage());
            failing = false;
        } catch (RuntimeException | LinkageError e) {
            controls.measured(-1, -1);
            if (!failing) {
                LOG.warn(
                        "The load cannot be measured; overload protection lets everything pass", e);
            }
            failing = true;
        }
    }
}

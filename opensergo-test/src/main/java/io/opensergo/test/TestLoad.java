package io.opensergo.test;

import io.opensergo.governance.LoadMetrics;
import java.time.Duration;

/**
 * How busy the machine of a test is, for overload protection: not at all, until it is set. For any
 * number of threads.
 */
public final class TestLoad implements LoadMetrics {

    /** More than a governor needs to measure again. */
    private static final Duration MEASURED = Duration.ofMillis(200);

    private final TestClock clock;
    private volatile double cpu;
    private volatile double loadAverage;

    TestLoad(TestClock clock) {
        this.clock = clock;
    }

    /**
     * Sets the share of the CPU in use and has it measured, for which the clock moves on by a fifth
     * of a second.
     *
     * @param share 0 to 1
     */
    public void setCpu(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be from 0 to 1, was " + share);
        }
        cpu = share;
        clock.advance(MEASURED);
    }

    /**
     * Sets the load average over one minute and has it measured, for which the clock moves on by a
     * fifth of a second.
     *
     * @param average 0 or more
     */
    public void setLoadAverage(double average) {
        if (!(average >= 0)) {
            throw new IllegalArgumentException("average must be 0 or more, was " + average);
        }
        loadAverage = average;
        clock.advance(MEASURED);
    }

    @Override
    public double cpu() {
        return cpu;
    }

    @Override
    public double loadAverage() {
        return loadAverage;
    }
}

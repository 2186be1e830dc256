package io.opensergo.conformance.governor;

import io.opensergo.conformance.cases.Load;
import io.opensergo.governance.LoadMetrics;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A load that is set. Whoever sets it waits until requests are decided by it. */
final class SettableLoad implements LoadMetrics {

    /** Several times as long as from one measurement to the next. */
    private static final long PATIENCE_SECONDS = 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition asked = lock.newCondition();
    private Load load;
    private int begunSinceChange;

    SettableLoad(Load load) {
        this.load = load;
    }

    /** Asked for first, so that with it a measurement begins. */
    @Override
    public double cpu() {
        lock.lock();
        try {
            begunSinceChange++;
            asked.signalAll();
            return load.cpu();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public double loadAverage() {
        lock.lock();
        try {
            return load.loadAverage();
        } finally {
            lock.unlock();
        }
    }

    void change(Load newLoad) {
        lock.lock();
        try {
            load = newLoad;
            begunSinceChange = 0;
            awaitMeasurement();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the load was to be measured", e);
        } finally {
            lock.unlock();
        }
    }

    /** What was measured is in force once the next measurement begins. */
    private void awaitMeasurement() throws InterruptedException {
        long nanos = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (begunSinceChange < 2) {
            if (nanos <= 0) {
                throw new IllegalStateException("the load is not measured, as no rule asks for it");
            }
            nanos = asked.awaitNanos(nanos);
        }
    }
}

package io.opensergo.governance;

import io.opensergo.api.time.Ticker;
import reactor.core.scheduler.Scheduler;

/**
 * Time that does not pass by itself, for tests: what time it is, and how it is waited for.
 *
 * <p>A governor with one of these, by {@link GovernorBuilder#time}, waits for nothing by the clock
 * of the system: a throttled request waits on it, whether it is made by {@link Guard#call}, {@link
 * Guard#protect} or {@link Guard#callStage}, the load is measured by it, and instances are counted
 * by it. {@code opensergo-test} has the one that most tests need.
 *
 * <p>For any number of threads.
 */
public interface TimeSource extends Ticker {

    /**
     * Waits on this thread until so much time has passed, or for less: whoever asks looks at the
     * time again. Returns at once, and leaves the interrupt as it is, if the thread is interrupted
     * before or meanwhile.
     *
     * @param blocker for what it waits, for people who look at the thread
     * @param nanos more than 0
     */
    void park(Object blocker, long nanos);

    /**
     * Returns the scheduler of what is done later. What it does may take long, and may wait on this
     * time source.
     */
    Scheduler scheduler();
}

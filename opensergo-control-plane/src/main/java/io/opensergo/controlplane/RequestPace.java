package io.opensergo.controlplane;

import java.util.function.LongConsumer;

/**
 * Reads the requests of one stream one at a time, and only as fast as the limit allows: beyond it
 * they wait in the transport, which holds the client back. Confined to the lock of its {@link
 * Subscriber}.
 */
final class RequestPace {

    private final Allowance rate;
    private final Counters counters;
    private final Runnable next;
    private final LongConsumer readOnAfter;
    private boolean reading;
    private boolean throttled;

    /**
     * @param next asks the transport for a request
     * @param readOnAfter has {@link #readOn} called after so many nanoseconds
     */
    RequestPace(int requestsPerSecond, Counters counters, Runnable next, LongConsumer readOnAfter) {
        this.rate = new Allowance(requestsPerSecond, 2 * requestsPerSecond, System.nanoTime());
        this.counters = counters;
        this.next = next;
        this.readOnAfter = readOnAfter;
    }

    /** The request that was read has come. */
    void taken() {
        reading = false;
    }

    /** Reads the next request when it may, unless that is under way. */
    void read() {
        if (reading || throttled) {
            return;
        }
        long wait = rate.acquire(System.nanoTime());
        if (wait == 0) {
            reading = true;
            next.run();
        } else {
            throttled = true;
            counters.throttled.increment();
            readOnAfter.accept(wait);
        }
    }

    /** The time is over for which it had to wait. */
    void readOn() {
        throttled = false;
    }
}

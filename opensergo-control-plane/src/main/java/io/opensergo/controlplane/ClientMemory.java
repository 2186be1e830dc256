package io.opensergo.controlplane;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that is kept for what clients say, with a reserve for refusals, so that a client can
 * be told that there is none. For any number of threads.
 */
final class ClientMemory {

    private static final Logger LOG = LoggerFactory.getLogger(ClientMemory.class);

    private final SubscriptionMemory usual =
            new SubscriptionMemory(ServerLimits.shareOfMemory(4), ServerLimits.shareOfMemory(8));
    private final SubscriptionMemory reserve =
            new SubscriptionMemory(ServerLimits.shareOfMemory(32), ServerLimits.shareOfMemory(128));
    private final Counters counters;
    private final LogLimit log = new LogLimit(1, 60);

    ClientMemory(Counters counters) {
        this.counters = counters;
    }

    /** Takes memory for a client and returns whether it may have so much; a no is logged. */
    boolean acquire(Caller caller, long bytes) {
        boolean acquired = usual.acquire(caller.countedAs(), bytes);
        if (!acquired) {
            counters.subscriptionsOverLimit.increment();
            log.log(
                    more ->
                            LOG.warn(
                                    "What {} asks for takes too much memory, of its client or of"
                                            + " all; it is refused{}",
                                    caller,
                                    more));
        }
        return acquired;
    }

    void release(Caller caller, long bytes) {
        usual.release(caller.countedAs(), bytes);
    }

    /** Takes memory of the reserve and returns whether there was so much. */
    boolean acquireOfReserve(Caller caller, long bytes) {
        return reserve.acquire(caller.countedAs(), bytes);
    }

    void releaseOfReserve(Caller caller, long bytes) {
        reserve.release(caller.countedAs(), bytes);
    }
}

package io.opensergo.controlplane;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the pushes that the client of one stream refuses: at most five a minute, and 100 of all
 * streams. Confined to the lock of its {@link Subscriber}.
 */
final class RefusedPushLog {

    private static final Logger LOG = LoggerFactory.getLogger(RefusedPushLog.class);

    private final LogLimit ofAll;
    private final Caller caller;
    private @Nullable LogLimit limit; // made with the first: few streams need one

    /**
     * @param ofAll bounds the lines of all streams together
     */
    RefusedPushLog(LogLimit ofAll, Caller caller) {
        this.ofAll = ofAll;
        this.caller = caller;
    }

    /**
     * Logs a refusal.
     *
     * @param identifier what the client calls itself
     * @param push {@code null} if it cannot be told which was refused
     */
    void log(String identifier, @Nullable Push push, SubscriberStatus.Nack nack) {
        LogLimit current = limit;
        if (current == null) {
            current = new LogLimit(5, 60, ofAll, System::nanoTime);
            limit = current;
        }
        String what =
                push == null
                        ? "a push"
                        : "version " + push.version() + " of " + push.subscription().key();
        current.log(
                more ->
                        LOG.warn(
                                "Subscriber '{}' at {} refused {}: {} {}{}",
                                identifier,
                                caller,
                                what,
                                nack.code(),
                                nack.reason(),
                                more));
    }
}

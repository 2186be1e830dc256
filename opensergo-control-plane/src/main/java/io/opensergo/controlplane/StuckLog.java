package io.opensergo.controlplane;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the streams that are cut since their clients do not read: ten a minute at most. */
final class StuckLog {

    private static final Logger LOG = LoggerFactory.getLogger(StuckLog.class);

    private final LogLimit limit = new LogLimit(10, 60);

    /**
     * @param identifier what the client calls itself
     */
    void log(String identifier, Caller caller, long unreadBytes, Duration time) {
        limit.log(
                more ->
                        LOG.warn(
                                "Subscriber '{}' at {} has not read {} bytes for {};"
                                        + " its stream is cut{}",
                                identifier,
                                caller,
                                unreadBytes,
                                time,
                                more));
    }
}

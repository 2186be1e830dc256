package io.opensergo.client;

import io.opensergo.api.time.Ticker;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs outages: one warning each, and a line when it is over. Confined to the event loop.
 *
 * <p>A server that ends a connection in good order may be back at the next attempt, so that alone
 * is no reason to warn; what warns is the first attempt that fails.
 */
final class OutageLog {

    private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class);

    private final Ticker ticker;
    private long beganNanos;
    private boolean warned;

    OutageLog(Ticker ticker) {
        this.ticker = ticker;
        begin();
    }

    /** From now on there is no connection. */
    void begin() {
        beganNanos = ticker.nanos();
        warned = false;
    }

    /** The server ended the connection in good order. */
    void farewell(Throwable cause) {
        LOG.info("{}; connecting anew, the rules stay in force", cause.getMessage());
    }

    /** The connection or an attempt to make one failed. */
    void failed(Throwable cause, Duration delay) {
        if (warned) {
            LOG.debug("{}; trying again in {}", cause.getMessage(), ShownDuration.of(delay));
        } else {
            warned = true;
            LOG.warn("{}; trying again, the last known rules stay in force", cause.getMessage());
        }
    }

    /** There is a connection again. */
    void over(Endpoint endpoint) {
        LOG.info(
                "Connected to the control plane at '{}' after {} ms without a connection",
                endpoint,
                Duration.ofNanos(ticker.nanos() - beganNanos).toMillis());
    }
}

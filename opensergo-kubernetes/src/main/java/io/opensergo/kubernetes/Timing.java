package io.opensergo.kubernetes;

import java.time.Duration;

/**
 * How long a source waits for what.
 *
 * @param batch for further changes that come into force with one
 * @param request for the answer to a request, and for each page of a list
 * @param watch until the API server is to end a watch, so that a dead line is noticed
 * @param firstRetry before the first retry, and between watches that end at once
 * @param lastRetry at most before a retry
 * @param discovery between looks for kinds that are not installed
 * @param kindGone for a kind that is gone to come back, before its rules go too
 */
record Timing(
        Duration batch,
        Duration request,
        Duration watch,
        Duration firstRetry,
        Duration lastRetry,
        Duration discovery,
        Duration kindGone) {

    static final Timing STANDARD =
            new Timing(
                    Duration.ofMillis(50),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60));
}

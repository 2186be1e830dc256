package io.opensergo.controlplane;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What was decided in the last five minutes, step by step.
 *
 * @param until when the last step ends, which is yet to come
 * @param step how long a step is
 * @param points the steps, the oldest first
 */
public record DecisionHistory(Instant until, Duration step, List<Point> points) {

    public DecisionHistory {
        points = List.copyOf(points);
    }

    /**
     * What was decided in a step.
     *
     * @param reported whether anything was reported; nothing is known of it otherwise
     * @param passed the requests that passed
     * @param refused the requests that were refused
     * @param shadowRefused the requests that shadows would have refused
     * @param failed the failed calls that circuit breakers were told of
     * @param slow the slow calls that circuit breakers were told of
     * @param waitedMillis how long requests waited, in sum
     */
    public record Point(
            boolean reported,
            long passed,
            long refused,
            long shadowRefused,
            long failed,
            long slow,
            long waitedMillis) {}
}

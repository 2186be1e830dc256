package io.opensergo.spring.conformance;

import io.opensergo.conformance.Feature;
import io.opensergo.governance.Governor;
import java.time.Duration;
import java.util.Set;

/** A server that serves all cases, each by a governor of its own. */
interface ConformingServer extends AutoCloseable {

    /** Returns where it is. */
    String url();

    /** Guards requests by this governor from now on. */
    void govern(Governor governor);

    /** Returns what can be seen of it over a socket. */
    Set<Feature> features();

    /** Returns how much later than needed it lets a turn come. */
    default Duration lateness() {
        return Duration.ZERO;
    }

    /** Returns whether a request that was refused has an end of which it tells. */
    default boolean tellsTheEndOfRefusals() {
        return false;
    }

    @Override
    void close();
}

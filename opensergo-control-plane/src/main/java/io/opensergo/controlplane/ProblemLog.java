package io.opensergo.controlplane;

import io.opensergo.rules.document.Problem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each problem once when it appears and once when it is gone. */
final class ProblemLog {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemLog.class);

    private final Supplier<List<Problem>> current;
    private Set<Problem> logged = Set.of();

    /**
     * @param current asked under this object's lock, so that whoever comes last logs the latest
     */
    ProblemLog(Supplier<List<Problem>> current) {
        this.current = current;
    }

    synchronized void update() {
        Set<Problem> now = new LinkedHashSet<>(current.get());
        for (Problem problem : now) {
            if (!logged.contains(problem)) {
                LOG.warn("{}", problem);
            }
        }
        for (Problem problem : logged) {
            if (!now.contains(problem)) {
                LOG.info("No longer: {}", problem);
            }
        }
        logged = now;
    }
}

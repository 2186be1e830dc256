package io.opensergo.kubernetes;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which objects are followed.
 *
 * @param namespaces empty for all of them
 * @param selector a label selector; empty for all objects
 * @param epoch from when versions are counted; {@code null} for the age of the cluster
 * @param startTimeout how long the start waits for the next answer
 * @param writesStatus whether the status of objects is written
 */
record Scope(
        List<String> namespaces,
        String selector,
        @Nullable Instant epoch,
        Duration startTimeout,
        boolean writesStatus) {

    Scope {
        namespaces = List.copyOf(namespaces);
    }

    /** Returns the namespaces to ask in turn; the empty one is all of them. */
    List<String> namespacesOrAll() {
        return namespaces.isEmpty() ? List.of("") : namespaces;
    }
}

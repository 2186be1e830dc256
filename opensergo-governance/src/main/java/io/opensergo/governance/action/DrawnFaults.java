package io.opensergo.governance.action;

import org.jspecify.annotations.Nullable;

/**
 * The faults that a request gets, drawn once for it and not for each of its attempts. Immutable.
 *
 * @param delayNanos how long it is held up, 0 for not at all
 * @param abort how it fails after that, or {@code null} if it goes on
 */
public record DrawnFaults(long delayNanos, @Nullable FaultAbort abort) {

    /** The request gets none. */
    public static final DrawnFaults NONE = new DrawnFaults(0, null);
}

package io.opensergo.governance;

import java.util.Arrays;
import java.util.Optional;

/**
 * Which way a guarded request goes, seen from this process. Requests of one name that come in and
 * requests that go out are told apart: each way has limits, breakers and counts of its own.
 */
public enum TrafficDirection {
    /** It comes in, so refusing it relieves the process: overload protection applies. */
    INBOUND("inbound"),
    /** It goes out. */
    OUTBOUND("outbound");

    private final String label;

    TrafficDirection(String label) {
        this.label = label;
    }

    /** Returns the direction whose {@link #label()} this is; empty for any other text. */
    public static Optional<TrafficDirection> ofLabel(String label) {
        return Arrays.stream(values())
                .filter(direction -> direction.label.equals(label))
                .findFirst();
    }

    /** Returns {@code inbound} or {@code outbound}, as metrics and logs write it. */
    public String label() {
        return label;
    }
}

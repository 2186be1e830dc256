package io.opensergo.governance;

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

    /** Returns {@code inbound} or {@code outbound}, as metrics and logs write it. */
    public String label() {
        return label;
    }
}

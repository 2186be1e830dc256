package io.opensergo.governance;

/** Which way a guarded request goes, seen from this process. */
public enum TrafficDirection {
    /** It comes in, so refusing it relieves the process: overload protection applies. */
    INBOUND,
    /** It goes out. */
    OUTBOUND
}

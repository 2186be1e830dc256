package io.opensergo.benchmarks;

/** What every contender of a benchmark has to decide, so that none is measured on another path. */
public enum Decision {
    /** Every request passes. */
    ADMIT,
    /** Every request is refused. */
    REJECT;

    /** Returns what a contender has decided, if it is this. */
    boolean check(boolean admitted) {
        if (admitted != (this == ADMIT)) {
            throw new IllegalStateException(
                    "the contender was to " + this + " and did the opposite");
        }
        return admitted;
    }
}

package io.opensergo.controlplane;

import java.time.InstantSource;

/**
 * Hands out the versions of rule sets: {@code max(previous + 1, milliseconds since 1970)}.
 *
 * <p>The public Java client remembers the highest version it has seen of a key and refuses every
 * lower one for as long as it lives. So a version must never go backwards, whatever happens to this
 * process, and a counter that starts again at 1 is not enough. The clock carries versions across
 * restarts without anything to store; {@code previous + 1} keeps them rising while the clock stands
 * still, is set back, or a key changes more than once in a millisecond.
 *
 * <p>The one thing this cannot heal is a clock that is set back <em>across</em> a restart by more
 * than the restart takes (or a key that changed more than 1,000 times a second for so long that the
 * clock has not caught up): clients with a memory then refuse this process until its clock has
 * passed the versions of the last one.
 *
 * <p>A key without rules takes no memory: all of them share one version, which is at least that of
 * each key that ever lost its last rule, so that a key that gets rules again goes on above it.
 *
 * <p>Confined to the lock of the {@link RuleStore}.
 */
final class Versions {

    private final InstantSource clock;
    private long ofAbsent;

    Versions(InstantSource clock) {
        this.clock = clock;
        this.ofAbsent = Math.max(1, clock.millis());
    }

    /** Returns the version of every key without rules. */
    long ofAbsent() {
        return ofAbsent;
    }

    /** Returns the version that follows one. */
    long after(long previous) {
        return Math.max(previous + 1, clock.millis());
    }

    /** Takes note of the version under which a key lost its last rule. */
    void absentSince(long version) {
        ofAbsent = Math.max(ofAbsent, version);
    }
}

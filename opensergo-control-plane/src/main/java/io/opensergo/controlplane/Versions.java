package io.opensergo.controlplane;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * The revision of the rule store, which is the version of whatever is pushed: one number for all
 * keys, in microseconds since 1970.
 *
 * <p><b>What it promises.</b> The public Java client remembers the highest version it has seen of a
 * key and refuses every lower one for as long as it lives. So no version that a client gets may be
 * lower than one that it has, whatever happens to this process and whichever replica it asks. A
 * push bears the revision at which its content was last known to be in force, and not the one at
 * which it came into force: who asks again, or asks another replica, gets the number of today for
 * the rules of last year.
 *
 * <p><b>Where it comes from.</b> From the sources. One with an order of its own, such as a
 * directory, says which moment its state is of, and then the revision is the latest of these
 * moments: a function of what the sources hold and of nothing in this process, equal in every
 * replica that sees the same, since when soever it runs. For a source without an order it is the
 * moment of the report on this process's clock, which replicas do not share.
 *
 * <p><b>How it grows.</b> It never goes back while the process runs, and a batch that changes the
 * content of any key raises it: {@code max(previous + 1, revision of the source)}, or {@code
 * max(previous, revision of the source)} for a batch that changes nothing. So a changed set has a
 * higher version than anything that was pushed before, of its key and of every other, and a set is
 * newer than a push exactly if it came into force above the version of that push.
 *
 * <p><b>What it cannot heal.</b> A client with a memory refuses a control plane until its revision
 * has passed what the client knows, when it was restarted or is another replica and
 *
 * <ul>
 *   <li>a time of a source lies in the future: from then on each replica counts up for itself,
 *       until that time has come;
 *   <li>the times of a source go backwards while no replica runs that knows better, and there is no
 *       {@link RevisionFile}: files and directories restored with older times, a process clock set
 *       back across a restart by more than the restart takes. Touching one rule file mends it;
 *   <li>two changes have the same time, such as two edits in one tick of the file system's clock,
 *       or a file overwritten in place that then gets its old time back: a replica that saw both
 *       apart counts one up, and one that saw both at once does not. The next change mends it.
 * </ul>
 *
 * <p>A key without rules takes no memory: all of them share the revision and the moment at which
 * one of them lost its last rule.
 *
 * <p>Confined to the lock of the {@link RuleStore}.
 */
final class Versions {

    /** Far beyond any real time, so that a nonsensical one leaves room to count. */
    private static final long MAX_SOURCE_REVISION = Long.MAX_VALUE / 2;

    private final InstantSource clock;
    private final LongConsumer beforeServed;
    private long revision = 1;
    private long absentSince;
    private Instant absentAt;

    /**
     * @param beforeServed told of each revision before anybody gets it
     */
    Versions(InstantSource clock, LongConsumer beforeServed) {
        this.clock = clock;
        this.beforeServed = beforeServed;
        this.absentAt = clock.instant();
    }

    /** Returns the revision for a source without an order of its own: the time, as a number. */
    static long at(Instant moment) {
        return TimeUnit.SECONDS.toMicros(moment.getEpochSecond())
                + TimeUnit.NANOSECONDS.toMicros(moment.getNano());
    }

    Instant now() {
        return clock.instant();
    }

    /** Returns the revision that the store has. */
    long revision() {
        return revision;
    }

    /** Takes note of a source's revision and returns whether the store's is another now. */
    boolean advanceTo(long sourceRevision) {
        long before = revision;
        revision = Math.max(revision, Math.min(sourceRevision, MAX_SOURCE_REVISION));
        if (revision == before) {
            return false;
        }
        beforeServed.accept(revision);
        return true;
    }

    /**
     * Takes note of a batch that changes the content of some keys.
     *
     * @return the revision at which they came into force
     */
    long change(long sourceRevision) {
        if (!advanceTo(sourceRevision)) {
            revision++;
            beforeServed.accept(revision);
        }
        return revision;
    }

    /** Takes note that a key lost its last rule in the change that was counted last. */
    void absentNow(Instant moment) {
        absentSince = revision;
        absentAt = moment;
    }

    /** Returns the revision since when each key without rules has had none, at the latest. */
    long absentSince() {
        return absentSince;
    }

    /** Returns the moment of {@link #absentSince}; the start of the store if there was none. */
    Instant absentAt() {
        return absentAt;
    }
}

package io.opensergo.client;

import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * What one stream has said about one key, and what is waited for. Made anew for each stream;
 * confined to the event loop.
 */
final class KeyDialogue<R extends Rule> {

    /** What became of a push. */
    enum Effect {
        /** It waits for others of its revision. */
        STAGED,
        /** It lacks rules in force, and waits until it is clear that no larger one follows. */
        HELD,
        /** It counts. */
        IN_FORCE
    }

    private static final long NO_VERSION = Long.MIN_VALUE;

    /** A control plane that never stands still cannot put its rules off for longer than this. */
    private static final int MAX_SETTLE_TIMES = 10;

    private static final long MAX_PATIENCE_NANOS = Duration.ofHours(1).toNanos();

    private final KeySubscription<R> key;
    private final long stream;

    /** Of the last push. */
    private long version = NO_VERSION;

    private String controlPlane = "";

    /** The last request for the key. */
    private String requestId = "";

    private long deadlineNanos;
    private long patienceNanos;

    /** A set that lacks rules in force, until it has stood still for a while. */
    private LastGood.@Nullable Known<R> held;

    private long heldSinceNanos;
    private Disposable pendingSettle = Disposables.disposed();

    /**
     * @param stream the number of the stream
     */
    KeyDialogue(KeySubscription<R> key, long stream) {
        this.key = key;
        this.stream = stream;
    }

    KeySubscription<R> key() {
        return key;
    }

    void asked(String newRequestId) {
        requestId = newRequestId;
    }

    /** The request by which the control plane was last asked. */
    String requestId() {
        return requestId;
    }

    /** Waits for an answer; each time without one, twice as long as the time before, to a limit. */
    void expectAnswer(Duration timeout, long nowNanos) {
        long first = timeout.toNanos();
        patienceNanos =
                patienceNanos == 0
                        ? first
                        : Math.max(first, Math.min(2 * patienceNanos, MAX_PATIENCE_NANOS));
        deadlineNanos = nowNanos + patienceNanos;
    }

    long patienceNanos() {
        return patienceNanos;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** Returns whether a push came before. */
    boolean hadPush() {
        return version != NO_VERSION;
    }

    /** The version of the last push. */
    long version() {
        return version;
    }

    /**
     * Returns whether a push is older than one that came before it from the same control plane. A
     * version of 0 or less is not set and says nothing of age.
     */
    boolean isOutdated(SubscribeResponse push) {
        long pushed = push.getDataWithVersion().getVersion();
        return hadPush()
                && pushed > 0
                && pushed < version
                && push.getControlPlane().getIdentifier().equals(controlPlane);
    }

    /**
     * Takes a push. Its rules are staged if the control plane says which pushes belong together;
     * otherwise they come into force, unless they lack rules right after a connection was made.
     *
     * @param partOfARevision whether the control plane says which
     * @param settleTime how long a set that lacks rules in force must stand still; zero for not at
     *     all
     */
    Effect take(
            SubscribeResponse push,
            ReadPush<R> read,
            boolean partOfARevision,
            Duration settleTime,
            Instant now,
            long nowNanos) {
        version = push.getDataWithVersion().getVersion();
        controlPlane = push.getControlPlane().getIdentifier();
        LastGood<R> rules = key.rules();
        LastGood.Known<R> taken = known(rules.latest(), read, now);
        if (partOfARevision) {
            forgetHeld();
            key.stage(taken, read.usable());
            return Effect.STAGED;
        }
        key.dropStaged();
        if (taken.isFromBefore(stream)) {
            key.putInForce(taken);
        } else if (rules.isFromBefore(stream)
                && rules.isLargerThan(taken.snapshot())
                && mayHold(settleTime, nowNanos)) {
            held = taken;
        } else {
            forgetHeld();
            key.putInForce(taken);
        }
        return held == null ? Effect.IN_FORCE : Effect.HELD;
    }

    /** Rules from before this stream stay so after a push of which nothing can be used. */
    private LastGood.Known<R> known(
            LastGood.@Nullable Known<R> latest, ReadPush<R> read, Instant now) {
        if (!read.usable() && latest != null && latest.isFromBefore(stream)) {
            RuleSnapshot<R> before = latest.snapshot();
            return new LastGood.Known<>(
                    key.snapshot(
                            before.version(),
                            before.origin(),
                            before.receivedAt(),
                            read.rules(),
                            read.rejected()),
                    latest.stream());
        }
        return new LastGood.Known<>(
                key.snapshot(version, Origin.CONTROL_PLANE, now, read.rules(), read.rejected()),
                stream);
    }

    private boolean mayHold(Duration settleTime, long nowNanos) {
        if (held == null) {
            heldSinceNanos = nowNanos;
        }
        return nowNanos - heldSinceNanos < MAX_SETTLE_TIMES * settleTime.toNanos();
    }

    private void forgetHeld() {
        held = null;
        pendingSettle.dispose();
    }

    /** Returns whether the last push waits until it is clear that no larger one follows. */
    boolean isHeld() {
        return held != null;
    }

    /** Returns for how long pushes are, or were last, held. */
    Duration heldFor(long nowNanos) {
        return Duration.ofNanos(nowNanos - heldSinceNanos);
    }

    /** Remembers the task that puts the held push in force, unless another push comes before. */
    void settleBy(Disposable task) {
        pendingSettle.dispose();
        pendingSettle = task;
    }

    /** Puts the held push in force. */
    void settle() {
        LastGood.Known<R> settled = held;
        if (settled != null) {
            forgetHeld();
            key.putInForce(settled);
        }
    }

    /** The stream is over, or the key is not followed any more. */
    void end() {
        pendingSettle.dispose();
    }
}

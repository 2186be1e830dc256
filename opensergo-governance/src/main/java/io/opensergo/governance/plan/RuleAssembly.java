package io.opensergo.governance.plan;

import io.opensergo.api.Edition;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes books of what arrives kind by kind, in any order and with snapshots left out, so that an
 * edit across kinds takes effect as one. Confined to the lock of its {@link RuleFeed}.
 *
 * <p><b>Editions.</b> If the client knows which snapshots belong together, a book is made when
 * those of the newest edition are there. Then it is exactly what the control plane held at one
 * revision: what is missing in it is missing there.
 *
 * <p><b>Without editions</b>, each snapshot makes a book, and {@link LastGoodRules} keep a rule as
 * it was while what it names may be on its way.
 *
 * <p><b>Bounds.</b> Nothing waits longer than {@link #PATIENCE_NANOS}, and only once for each
 * edition. A kind that cannot be had is not waited for.
 */
final class RuleAssembly {

    /** How long an edit may be incomplete. */
    static final long PATIENCE_NANOS = 2_000_000_000L;

    private static final long NEVER = Long.MAX_VALUE;

    private final Map<RuleKind<?>, RuleSnapshot<?>> latest = new HashMap<>();
    private final Map<RuleKind<?>, RuleSnapshot<?>> waiting = new HashMap<>();
    private final Set<RuleKind<?>> unavailable = new HashSet<>();
    private final LastGoodRules lastGood = new LastGoodRules(PATIENCE_NANOS);
    private final List<RuleKind<? extends Rule>> kinds;
    private RuleBook received;
    private RuleBook book;
    private long waitingSinceNanos;

    /** The last edition of which something never came. */
    private long expired;

    RuleAssembly(List<RuleKind<? extends Rule>> kinds) {
        this.kinds = kinds;
        received = RuleBook.unknown(kinds);
        book = received;
    }

    /** Returns the rules to go by now. */
    RuleBook book() {
        return book;
    }

    /** Takes a snapshot, and returns whether the book is another now. */
    boolean arrived(RuleSnapshot<?> snapshot, long nowNanos) {
        if (waiting.isEmpty()) {
            waitingSinceNanos = nowNanos;
        }
        latest.put(snapshot.kind(), snapshot);
        waiting.put(snapshot.kind(), snapshot);
        unavailable.remove(snapshot.kind());
        return !isHeldBack() && assemble(nowNanos);
    }

    /** Takes note that no more is to be had of a kind for now. */
    void unavailable(RuleKind<?> kind, long nowNanos) {
        unavailable.add(kind);
        received = received.withAnswered(kind);
        book = book.withAnswered(kind);
        if (!isHeldBack()) {
            assemble(nowNanos);
        }
    }

    /** Ends what has waited for too long, and returns whether the book is another now. */
    boolean expire(long nowNanos) {
        boolean late = !waiting.isEmpty() && nowNanos - waitingSinceNanos >= PATIENCE_NANOS;
        if (late) {
            expired = newestWhole().number();
        }
        return (late || lastGood.isDue(nowNanos)) && assemble(nowNanos);
    }

    /** Returns in how many nanoseconds {@link #expire} has something to do; 0 if never. */
    long nanosToExpiry(long nowNanos) {
        long ofEdition = waiting.isEmpty() ? NEVER : waitingSinceNanos + PATIENCE_NANOS - nowNanos;
        long next = Math.min(ofEdition, lastGood.nanosToExpiry(nowNanos));
        return next == NEVER ? 0 : Math.max(1, next);
    }

    /** Returns the kinds that the edition at hand lacks. */
    List<RuleKind<?>> missing() {
        List<RuleKind<?>> missing = new ArrayList<>(0);
        newestWhole()
                .kinds()
                .forEach(
                        (kind, number) -> {
                            RuleSnapshot<?> snapshot = latest.get(kind);
                            boolean there =
                                    snapshot != null && snapshot.edition().number() >= number;
                            if (!there && kinds.contains(kind) && !unavailable.contains(kind)) {
                                missing.add(kind);
                            }
                        });
        return missing;
    }

    /** An edition is waited for once: what comes after it is not held back by what it lacks. */
    private boolean isHeldBack() {
        return newestWhole().number() > expired && !isWhole();
    }

    private boolean isWhole() {
        return missing().isEmpty();
    }

    /** A later edition names for each kind what an earlier one does, or something newer. */
    private Edition newestWhole() {
        Edition newest = Edition.UNKNOWN;
        for (RuleSnapshot<?> snapshot : latest.values()) {
            Edition edition = snapshot.edition();
            if (edition.isWhole() && edition.number() > newest.number()) {
                newest = edition;
            }
        }
        return newest;
    }

    /** Returns whether the snapshots are all that a control plane held at one moment. */
    private boolean isOfOneRevision() {
        Edition newest = newestWhole();
        return newest.isWhole()
                && isWhole()
                && latest.values().stream()
                        .allMatch(snapshot -> snapshot.edition().number() <= newest.number())
                && kinds.stream()
                        .allMatch(
                                kind ->
                                        newest.kinds().containsKey(kind)
                                                || unavailable.contains(kind));
    }

    private boolean assemble(long nowNanos) {
        RuleBook before = received;
        for (RuleSnapshot<?> snapshot : waiting.values()) {
            received =
                    received.with(
                            snapshot.kind(),
                            snapshot.rules(),
                            snapshot.version(),
                            snapshot.rejected());
        }
        waiting.clear();
        book =
                isOfOneRevision()
                        ? lastGood.accept(received)
                        : lastGood.complete(received, before, nowNanos);
        return true;
    }
}

package io.opensergo.reliability;

import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber that holds what it is told against what must hold, whatever breaks:
 *
 * <ul>
 *   <li>a snapshot is one generation of its key, whole and unmixed;
 *   <li>each is newer than the one before it, across reconnects and restarts too, since what the
 *       control plane holds only moves forward: nothing goes back and nothing is said twice;
 *   <li>no version is lower than one before it;
 *   <li>what a control plane said is never followed by a guess.
 * </ul>
 *
 * <p>Snapshots come one after the other, as Reactive Streams has it; any thread may look.
 */
final class SnapshotWatch {

    private final String subscriber;
    private final Generations.Key key;
    private final Consumer<String> violations;
    private volatile @Nullable RuleSnapshot<RateLimitStrategy> last;
    private long generation;
    private long version;

    SnapshotWatch(String subscriber, Generations.Key key, Consumer<String> violations) {
        this.subscriber = subscriber;
        this.key = key;
        this.violations = violations;
    }

    /** Returns whether the last snapshot holds the rules of the source, no more and no less. */
    boolean isUpToDate() {
        RuleSnapshot<RateLimitStrategy> snapshot = last;
        return snapshot != null && snapshot.rules().equals(key.rules());
    }

    /**
     * Expects what a new subscription of the same client brings: first what is in force, even if it
     * was said before.
     */
    void resubscribed() {
        last = null;
    }

    /** Looks at a snapshot. */
    void accept(RuleSnapshot<RateLimitStrategy> snapshot) {
        RuleSnapshot<RateLimitStrategy> before = last;
        if (!snapshot.rejected().isEmpty()) {
            violated(snapshot, "has rejected rules");
        }
        if (snapshot.origin() == Origin.CONTROL_PLANE) {
            checkVersion(snapshot);
            checkGeneration(snapshot, before != null);
        } else if (before != null || !snapshot.rules().isEmpty()) {
            violated(snapshot, "is a guess beside better knowledge");
        }
        last = snapshot;
    }

    /** Looks at the end of the subscription, which only a close of the client may bring. */
    void ended(Throwable cause) {
        violations.accept("%s of %s ended: %s".formatted(subscriber, key, cause));
    }

    private void checkVersion(RuleSnapshot<RateLimitStrategy> snapshot) {
        if (snapshot.version() < version) {
            violated(snapshot, "has a lower version than " + version);
        }
        version = snapshot.version();
    }

    private void checkGeneration(RuleSnapshot<RateLimitStrategy> snapshot, boolean mustDiffer) {
        List<RateLimitStrategy> rules = snapshot.rules();
        long least = mustDiffer ? generation : generation - 1;
        long found = rules.isEmpty() ? key.emptyAfter(least) : rules.get(0).threshold();
        if (rules.isEmpty() && found < 0) {
            violated(snapshot, "is empty, and no generation after " + generation + " was");
        } else if (!rules.equals(key.rules(found))) {
            violated(snapshot, "is not the whole of one generation");
        } else if (found <= least) {
            violated(snapshot, "is no newer than generation " + generation);
        } else {
            generation = found;
        }
    }

    private void violated(RuleSnapshot<RateLimitStrategy> snapshot, String what) {
        violations.accept(
                "%s of %s: a snapshot %s: version %d, %s, thresholds %s, after %s"
                        .formatted(
                                subscriber,
                                key,
                                what,
                                snapshot.version(),
                                snapshot.origin(),
                                thresholds(snapshot.rules()),
                                last));
    }

    /** Returns what {@link #toString} says if the subscriber holds what it should. */
    String expected() {
        return "thresholds " + thresholds(key.rules());
    }

    private static List<Long> thresholds(List<RateLimitStrategy> rules) {
        return rules.stream().map(RateLimitStrategy::threshold).toList();
    }

    /** Returns for example {@code client 7 of app-3 holds thresholds [4, 4]}. */
    @Override
    public String toString() {
        RuleSnapshot<RateLimitStrategy> snapshot = last;
        return subscriber
                + " of "
                + key
                + " holds "
                + (snapshot == null ? "nothing" : "thresholds " + thresholds(snapshot.rules()));
    }
}

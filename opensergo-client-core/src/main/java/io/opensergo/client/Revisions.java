package io.opensergo.client;

import io.opensergo.api.Edition;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Puts the pushes of a target that belong to one revision into force as one. Confined to the event
 * loop.
 *
 * <p><b>What is waited for.</b> A control plane of this library pushes in a row what a revision
 * changed for a target, and says with each push which kinds are to follow. A push is staged, and
 * all that is staged of a target comes into force once none of its keys is to follow and each was
 * answered on this stream: before the first answer a key holds rules of a time that nobody knows.
 * So the rules in force of a target are those of one revision, on each stream and from one stream
 * to the next.
 *
 * <p><b>For how long.</b> What is staged waits no longer than the patience, also across streams:
 * then it comes into force as it is, which is said. Keys that failed to come on a stream that had
 * something to say about the target are not waited for again on this stream, until they come; a
 * stream that is not there, or that said nothing yet, leaves them owing.
 *
 * <p>A push without the detail comes into force by itself; others may have waited for its key.
 */
final class Revisions {

    /** Told of each key whose staged push came into force. */
    interface Listener {

        /**
         * The staged push of a key is in force.
         *
         * @param usable whether any of it could be used
         */
        void inForce(KeySubscription<?> key, boolean usable);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Revisions.class);

    private final TaskTimer timer;
    private final Duration patience;
    private final EditionCounter editions;
    private final Listener listener;
    private final Map<Target, Group> groups = new HashMap<>();

    /** What one stream has said about a target. */
    private static final class Said {

        private final Set<KeySubscription<?>> answered = new HashSet<>(2);

        /** What follows of the revision of the last push. */
        private final Set<KeySubscription<?>> toFollow = new HashSet<>(2);

        /** What was waited for in vain. */
        private final Set<KeySubscription<?>> overdue = new HashSet<>(2);

        boolean leavesOpen(KeySubscription<?> key) {
            return toFollow.contains(key) || !(answered.contains(key) || overdue.contains(key));
        }

        void answer(KeySubscription<?> key) {
            answered.add(key);
            overdue.remove(key);
        }

        void forget(KeySubscription<?> key) {
            answered.remove(key);
            toFollow.remove(key);
            overdue.remove(key);
        }
    }

    /** The keys of a target. */
    private static final class Group {

        private final Set<KeySubscription<?>> keys = new LinkedHashSet<>(2);
        private Said said = new Said();
        private Disposable deadline = Disposables.disposed();

        boolean isStaged() {
            return keys.stream().anyMatch(KeySubscription::isStaged);
        }

        boolean isWhole() {
            return keys.stream().noneMatch(said::leavesOpen);
        }
    }

    Revisions(TaskTimer timer, Duration patience, EditionCounter editions, Listener listener) {
        this.timer = timer;
        this.patience = patience;
        this.editions = editions;
        this.listener = listener;
    }

    /** Takes note of a key that is followed from now on. */
    void add(KeySubscription<?> key) {
        groups.computeIfAbsent(key.target(), target -> new Group()).keys.add(key);
    }

    /** Takes note of a key that is not followed any longer, for which nobody waits then. */
    void remove(KeySubscription<?> key) {
        Group group = groups.get(key.target());
        if (group == null || !group.keys.remove(key)) {
            return;
        }
        group.said.forget(key);
        if (group.keys.isEmpty()) {
            groups.remove(key.target());
            group.deadline.dispose();
        } else {
            settle(group);
        }
    }

    /**
     * Takes note of a push that is staged.
     *
     * @param kindsToFollow the wire names of the kinds of which pushes of the same revision follow
     */
    void staged(KeySubscription<?> key, List<String> kindsToFollow) {
        Group group = groups.get(key.target());
        if (group == null) {
            return;
        }
        Said said = group.said;
        said.answer(key);
        said.toFollow.clear();
        group.keys.stream()
                .filter(each -> kindsToFollow.contains(each.kind().wireName()))
                .filter(each -> !said.overdue.contains(each))
                .forEach(said.toFollow::add);
        settle(group);
        if (group.isStaged() && group.deadline.isDisposed()) {
            group.deadline = timer.schedule(patience, () -> giveUp(group));
        }
    }

    /** Takes note of a push that came into force by itself, for which nobody waits then. */
    void answered(KeySubscription<?> key) {
        Group group = groups.get(key.target());
        if (group != null) {
            group.said.answer(key);
            group.said.toFollow.remove(key);
            settle(group);
        }
    }

    /** Takes note that each key is to be answered anew; what is staged goes on waiting. */
    void streamLost() {
        groups.values().forEach(group -> group.said = new Said());
    }

    /** Ends the waiting if nothing waits any longer, or nothing is waited for. */
    private void settle(Group group) {
        if (!group.isStaged()) {
            group.deadline.dispose();
        } else if (group.isWhole()) {
            release(group, true);
        }
    }

    private void giveUp(Group group) {
        group.deadline.dispose();
        Said said = group.said;
        List<KeySubscription<?>> missing = group.keys.stream().filter(said::leavesOpen).toList();
        LOG.warn(
                "After {} the push of {} of {} is still missing; rules of other kinds that may be"
                        + " meant to come into force with it do so without",
                ShownDuration.of(patience),
                missing.stream().map(key -> key.kind().name()).collect(Collectors.joining(", ")),
                missing.stream().map(key -> key.target().toString()).findFirst().orElse(""));
        if (!said.answered.isEmpty()) {
            said.overdue.addAll(missing);
        }
        said.toFollow.clear();
        release(group, false);
    }

    private void release(Group group, boolean whole) {
        group.deadline.dispose();
        Edition edition = whole ? next(group) : Edition.UNKNOWN;
        Map<KeySubscription<?>, Boolean> usable = new LinkedHashMap<>();
        for (KeySubscription<?> key : group.keys) {
            if (key.isStaged()) {
                usable.put(key, key.release(edition));
            }
        }
        usable.forEach(listener::inForce);
    }

    /** Returns the edition of all keys of a target, of which those with news come with it. */
    private Edition next(Group group) {
        long number = editions.next();
        Map<RuleKind<?>, Long> kinds = new HashMap<>(group.keys.size() * 2);
        for (KeySubscription<?> key : group.keys) {
            RuleSnapshot<?> current = key.current();
            if (key.rules().bringsNews()) {
                kinds.put(key.kind(), number);
            } else if (current != null) {
                kinds.put(key.kind(), current.edition().number());
            }
        }
        return new Edition(number, kinds);
    }
}

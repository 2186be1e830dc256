package io.opensergo.client;

import io.opensergo.api.Edition;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
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

        void inForce(KeySubscription<?> key);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Revisions.class);

    private final TaskTimer timer;
    private final Duration patience;
    private final EditionCounter editions;
    private final Listener listener;
    private final Map<Target, Group> groups = new HashMap<>();

    /** The keys of a target. */
    private static final class Group {

        private final Set<KeySubscription<?>> keys = new LinkedHashSet<>(2);

        /** Of this stream: what follows of the revision of the last push. */
        private final Set<KeySubscription<?>> toFollow = new HashSet<>(2);

        /** Of this stream: what was waited for in vain. */
        private final Set<KeySubscription<?>> overdue = new HashSet<>(2);

        private Disposable deadline = Disposables.disposed();

        boolean waitsFor(KeySubscription<?> key) {
            return toFollow.contains(key) || !(key.isAnswered() || overdue.contains(key));
        }

        /** Returns whether anything was said about the target on this stream. */
        boolean isSpokenOf() {
            return keys.stream().anyMatch(KeySubscription::isAnswered);
        }

        boolean isStaged() {
            return keys.stream().anyMatch(KeySubscription::isStaged);
        }

        boolean isWhole() {
            return keys.stream().noneMatch(this::waitsFor);
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
        group.toFollow.remove(key);
        group.overdue.remove(key);
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
        group.overdue.remove(key);
        group.toFollow.clear();
        group.keys.stream()
                .filter(each -> kindsToFollow.contains(each.kind().wireName()))
                .filter(each -> !group.overdue.contains(each))
                .forEach(group.toFollow::add);
        settle(group);
        if (group.isStaged() && group.deadline.isDisposed()) {
            group.deadline = timer.schedule(patience, () -> giveUp(group));
        }
    }

    /** Takes note of a push that came into force by itself, for which nobody waits then. */
    void answered(KeySubscription<?> key) {
        Group group = groups.get(key.target());
        if (group != null) {
            group.overdue.remove(key);
            group.toFollow.remove(key);
            settle(group);
        }
    }

    /** Takes note that each key is to be answered anew; what is staged goes on waiting. */
    void streamLost() {
        for (Group group : groups.values()) {
            group.toFollow.clear();
            group.overdue.clear();
        }
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
        List<KeySubscription<?>> missing = group.keys.stream().filter(group::waitsFor).toList();
        LOG.warn(
                "After {} the push of {} of {} is still missing; rules of other kinds that may be"
                        + " meant to come into force with it do so without",
                patience,
                missing.stream().map(key -> key.kind().name()).collect(Collectors.joining(", ")),
                missing.stream().map(key -> key.target().toString()).findFirst().orElse(""));
        if (group.isSpokenOf()) {
            group.overdue.addAll(missing);
        }
        group.toFollow.clear();
        release(group, false);
    }

    private void release(Group group, boolean whole) {
        group.deadline.dispose();
        List<KeySubscription<?>> staged =
                group.keys.stream().filter(KeySubscription::isStaged).toList();
        Edition edition = whole ? next(group) : Edition.UNKNOWN;
        for (KeySubscription<?> key : staged) {
            key.release(edition);
        }
        staged.forEach(listener::inForce);
    }

    /** Returns the edition of all keys of a target, of which those with news come with it. */
    private Edition next(Group group) {
        long number = editions.next();
        Map<RuleKind<?>, Long> kinds = new HashMap<>(group.keys.size() * 2);
        for (KeySubscription<?> key : group.keys) {
            RuleSnapshot<?> current = key.current();
            if (key.bringsNews()) {
                kinds.put(key.kind(), number);
            } else if (current != null) {
                kinds.put(key.kind(), current.edition().number());
            }
        }
        return new Edition(number, kinds);
    }
}

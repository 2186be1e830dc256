package io.opensergo.controlplane;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources of a control plane, from their start to their end: puts what they report into the
 * store, tells the streams what changed, and logs what is wrong.
 *
 * <p>Confined to the thread that starts it until that hands it on to be closed.
 */
final class Sources {

    private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

    private final RuleKinds kinds;
    private final RuleStore store;
    private final Subscribers subscribers;
    private final ProblemLog problemLog;
    private final Deque<RuleSource> started = new ArrayDeque<>();

    Sources(RuleKinds kinds, RuleStore store, Subscribers subscribers) {
        this.kinds = kinds;
        this.store = store;
        this.subscribers = subscribers;
        this.problemLog = new ProblemLog(store::problems);
    }

    /** Starts a source, which ranks after those started before. */
    void start(RuleSource source) {
        var listener = new SourceListener(store.add(source.name()), source.name());
        source.start(listener);
        started.push(source);
        listener.started();
    }

    /** Closes what was started, the last one first. */
    void close() {
        while (!started.isEmpty()) {
            RuleSource source = started.pop();
            try {
                source.close();
            } catch (RuntimeException e) {
                LOG.warn("Closing {} failed", source.name(), e);
            }
        }
    }

    private final class SourceListener implements RuleSource.Listener {

        private final Contribution contribution;
        private final ChangeLog changeLog;
        private volatile boolean ordered;

        SourceListener(Contribution contribution, String name) {
            this.contribution = contribution;
            this.changeLog =
                    new ChangeLog(
                            name, subscribers::count, id -> store.isOutranked(contribution, id));
        }

        @Override
        public RuleKinds kinds() {
            return kinds;
        }

        /**
         * A source that has not said which revision it is of has no order of its own: even an empty
         * one is of now, so that a key without rules has a version above those of the last run.
         */
        void started() {
            if (!ordered) {
                changed(List.of(), List.of());
            }
        }

        @Override
        public void changed(Collection<? extends Rule> puts, Collection<RuleId> deletes) {
            subscribers.changed(store.apply(contribution, List.copyOf(puts), List.copyOf(deletes)));
            changeLog.log(puts, deletes, Map.of(), store.revision());
            problemLog.update();
        }

        @Override
        public void changed(
                Collection<? extends Rule> puts, Collection<RuleId> deletes, long revision) {
            changed(puts, deletes, revision, Map.of());
        }

        @Override
        public void changed(
                Collection<? extends Rule> puts,
                Collection<RuleId> deletes,
                long revision,
                Map<RuleId, String> places) {
            if (revision < 0) {
                throw new IllegalArgumentException("revision must be >= 0, was " + revision);
            }
            ordered = true;
            subscribers.changed(
                    store.apply(contribution, List.copyOf(puts), List.copyOf(deletes), revision));
            changeLog.log(puts, deletes, places, store.revision());
            problemLog.update();
        }

        @Override
        public void problems(List<Problem> problems) {
            store.report(contribution, List.copyOf(problems));
            problemLog.update();
        }
    }
}

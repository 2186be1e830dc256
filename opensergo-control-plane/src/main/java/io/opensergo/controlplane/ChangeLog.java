package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each rule of one source that is added, edited or removed, in a line; of a batch the first
 * {@value #MAX_LINES}, and then how many more.
 */
final class ChangeLog {

    static final int MAX_LINES = 50;

    private static final Logger LOG = LoggerFactory.getLogger(ChangeLog.class);

    private final String source;
    private final ToIntFunction<WireKey> subscribers;
    private final Predicate<RuleId> outranked;
    private final Map<RuleId, Rule> last = new HashMap<>();

    /**
     * @param source what places that a source does not say are called
     * @param subscribers how many streams follow a key
     * @param outranked whether another source has a rule and counts
     */
    ChangeLog(String source, ToIntFunction<WireKey> subscribers, Predicate<RuleId> outranked) {
        this.source = source;
        this.subscribers = subscribers;
        this.outranked = outranked;
    }

    /**
     * Logs a batch.
     *
     * @param places where the rules are or were, as far as the source says so
     * @param revision the revision that it is in force under
     */
    synchronized void log(
            Collection<? extends Rule> puts,
            Collection<RuleId> deletes,
            Map<RuleId, String> places,
            long revision) {
        var batch = new Batch(places, revision);
        Set<RuleId> put = puts.stream().map(Rule::id).collect(Collectors.toSet());
        for (RuleId id : deletes) {
            if (!put.contains(id)) {
                batch.add("Removed", last.remove(id));
            }
        }
        for (Rule rule : puts) {
            Rule before = last.put(rule.id(), rule);
            if (!rule.equals(before)) {
                batch.add(before == null ? "Added" : "Edited", rule);
            }
        }
        batch.end();
    }

    private final class Batch {

        private final Map<RuleId, String> places;
        private final long revision;
        private int changes;

        Batch(Map<RuleId, String> places, long revision) {
            this.places = places;
            this.revision = revision;
        }

        /** A rule that is bound to no application is not in force; that is a problem of its own. */
        void add(String change, @Nullable Rule rule) {
            if (rule == null || rule.app() == null || changes++ >= MAX_LINES) {
                return;
            }
            LOG.info(
                    "{} {} {}/{}/{} ({}), revision {}, {} subscribers{}",
                    change,
                    rule.kind().name(),
                    rule.metadata().namespace(),
                    rule.app(),
                    rule.name(),
                    places.getOrDefault(rule.id(), source),
                    revision,
                    subscribers.applyAsInt(WireKey.of(rule)),
                    outranked.test(rule.id())
                            ? ", without effect: another source has it and counts"
                            : "");
        }

        void end() {
            if (changes > MAX_LINES) {
                LOG.info(
                        "... and {} more rules of {} changed, revision {}",
                        changes - MAX_LINES,
                        source,
                        revision);
            }
        }
    }
}

package io.opensergo.controlplane;

import io.opensergo.proto.WireKey;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * The rules in force, grouped by key, under one revision for all of them.
 *
 * <p>What is in force follows from what the sources hold now and from the order in which they were
 * added, never from who came first: of rules with the same id that of the first source counts, and
 * when it goes the next one takes its place.
 *
 * <p>One lock guards all of it. Only what keeps the revision is called under it, since nobody may
 * see one that is not kept: with a state directory a change waits there for a small file to be
 * written, and so do the streams that read meanwhile.
 */
final class RuleStore {

    /** The sets of some keys, in their order, and the revision at which all were in force. */
    record Cut(List<RuleSet> sets, long revision) {}

    private final Object lock = new Object();
    private final RuleKinds kinds;
    private final Versions versions;
    private final List<Contribution> contributions = new ArrayList<>();
    private final Map<WireKey, RuleSet> sets = new HashMap<>();
    private final Map<RuleId, Problem> overlaps = new LinkedHashMap<>();

    RuleStore(RuleKinds kinds, InstantSource clock) {
        this(kinds, clock, revision -> {});
    }

    /**
     * @param beforeServed told of each revision, under the lock, before anybody gets it
     */
    RuleStore(RuleKinds kinds, InstantSource clock, LongConsumer beforeServed) {
        this.kinds = kinds;
        this.versions = new Versions(clock, beforeServed);
    }

    /**
     * Lifts the revision above one that was served by an earlier process.
     *
     * @return the revision before
     */
    long liftAbove(long served) {
        synchronized (lock) {
            long before = versions.revision();
            if (before < served) {
                versions.advanceTo(served + 1);
            }
            return before;
        }
    }

    /** Adds a source, which ranks after those added before. */
    Contribution add(String source) {
        synchronized (lock) {
            long namesakes = contributions.stream().filter(each -> each.isNamed(source)).count();
            String label = namesakes == 0 ? source : source + " #" + (namesakes + 1);
            var contribution = new Contribution(source, label, kinds);
            contributions.add(contribution);
            return contribution;
        }
    }

    /**
     * Reads the rules of several keys, an empty set where there are none, at one moment: what one
     * batch changed is there as one.
     */
    Cut readAll(List<WireKey> keys) {
        synchronized (lock) {
            return new Cut(keys.stream().map(this::get).toList(), versions.revision());
        }
    }

    /** Returns the revision of now. */
    long revision() {
        synchronized (lock) {
            return versions.revision();
        }
    }

    /** Returns the rules in force, ordered by key and name. */
    List<Rule> rules() {
        synchronized (lock) {
            return sets.entrySet().stream()
                    .sorted(
                            Comparator.comparing(
                                            (Map.Entry<WireKey, RuleSet> each) ->
                                                    each.getKey().namespace())
                                    .thenComparing(each -> each.getKey().app())
                                    .thenComparing(each -> each.getKey().kind()))
                    .flatMap(each -> each.getValue().rules().stream())
                    .toList();
        }
    }

    /** Returns how many rules are in force. */
    int size() {
        synchronized (lock) {
            return sets.values().stream().mapToInt(set -> set.rules().size()).sum();
        }
    }

    /** Applies a batch of a source that has no order of its own. */
    Set<WireKey> apply(
            Contribution contribution,
            Collection<? extends Rule> puts,
            Collection<RuleId> deletes) {
        return apply(contribution, puts, deletes, Versions.at(versions.now()));
    }

    /**
     * Applies a batch of one source and returns the keys that have another content now.
     *
     * @param revision the revision of the source with the batch
     */
    Set<WireKey> apply(
            Contribution contribution,
            Collection<? extends Rule> puts,
            Collection<RuleId> deletes,
            long revision) {
        Set<RuleId> ids = new LinkedHashSet<>(deletes);
        puts.forEach(rule -> ids.add(rule.id()));
        synchronized (lock) {
            Map<WireKey, NavigableMap<String, Rule>> drafts = new LinkedHashMap<>();
            inForce(ids).forEach(rule -> draft(rule, drafts).remove(rule.name()));
            deletes.forEach(contribution::delete);
            puts.forEach(contribution::put);
            inForce(ids).forEach(rule -> draft(rule, drafts).put(rule.name(), rule));
            ids.forEach(this::checkOverlap);
            drafts.entrySet()
                    .removeIf(draft -> get(draft.getKey()).holdsExactly(draft.getValue().values()));
            renew(drafts, revision);
            return drafts.keySet();
        }
    }

    /**
     * Returns whether a source that ranks before one holds a rule, so that what that one says of it
     * has no effect.
     */
    boolean isOutranked(Contribution contribution, RuleId id) {
        synchronized (lock) {
            return contributions.stream()
                    .takeWhile(each -> each != contribution)
                    .anyMatch(each -> each.find(id) != null);
        }
    }

    /** Takes the place of the problems that a source reported before. */
    void report(Contribution contribution, List<Problem> problems) {
        synchronized (lock) {
            contribution.report(problems);
        }
    }

    /** Returns what is wrong now: with each source in turn, then between them. */
    List<Problem> problems() {
        synchronized (lock) {
            return Stream.concat(
                            contributions.stream().flatMap(Contribution::problems),
                            overlaps.values().stream())
                    .distinct()
                    .toList();
        }
    }

    private List<Rule> inForce(Collection<RuleId> ids) {
        return ids.stream().flatMap(id -> rulesOf(id).limit(1)).toList();
    }

    /** Returns the rules of an id, of which the first is in force. */
    private Stream<Rule> rulesOf(RuleId id) {
        return contributions.stream().flatMap(source -> Stream.ofNullable(source.find(id)));
    }

    private NavigableMap<String, Rule> draft(
            Rule rule, Map<WireKey, NavigableMap<String, Rule>> drafts) {
        return drafts.computeIfAbsent(
                WireKey.of(rule),
                key -> {
                    NavigableMap<String, Rule> draft = new TreeMap<>();
                    get(key).rules().forEach(each -> draft.put(each.name(), each));
                    return draft;
                });
    }

    private RuleSet get(WireKey key) {
        RuleSet set = sets.get(key);
        return set == null
                ? new RuleSet(key, versions.absentSince(), versions.absentAt(), List.of())
                : set;
    }

    /** Puts the keys that changed into force under one revision, which is above every other. */
    private void renew(Map<WireKey, NavigableMap<String, Rule>> drafts, long sourceRevision) {
        if (drafts.isEmpty()) {
            versions.advanceTo(sourceRevision);
            return;
        }
        long since = versions.change(sourceRevision);
        Instant now = versions.now();
        drafts.forEach(
                (key, draft) -> {
                    if (draft.isEmpty()) {
                        sets.remove(key);
                        versions.absentNow(now);
                    } else {
                        sets.put(key, new RuleSet(key, since, now, List.copyOf(draft.values())));
                    }
                });
    }

    private void checkOverlap(RuleId id) {
        List<Contribution> holders =
                contributions.stream().filter(source -> source.find(id) != null).toList();
        if (holders.size() < 2) {
            overlaps.remove(id);
            return;
        }
        Contribution first = holders.get(0);
        Contribution second = holders.get(1);
        overlaps.put(
                id, second.problem(id + " is also in " + first.label() + ", and that one counts"));
    }
}

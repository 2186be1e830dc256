package io.opensergo.rulerepository;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A repository in memory, for tests and for trying things out: what it holds ends with the process.
 * Its history keeps the last 1,000 changes.
 */
public final class InMemoryRuleRepository implements RuleRepository {

    private static final int MAX_CHANGES = 1_000;

    private final RuleReader reader;
    private final InstantSource clock;
    private final Object lock = new Object();
    private final Map<RuleId, StoredRule> rules = emptyMap(); // guarded by lock
    private final Deque<RuleChange> changes = new ArrayDeque<>(); // guarded by lock, newest first
    private long committed; // guarded by lock

    /** Makes an empty repository of the specification's kinds, by the clock of the system. */
    public InMemoryRuleRepository() {
        this(RuleReader.strict(), InstantSource.system());
    }

    /**
     * Makes an empty repository.
     *
     * @param reader decides what is a rule
     * @param clock tells the times of changes
     */
    public InMemoryRuleRepository(RuleReader reader, InstantSource clock) {
        this.reader = Objects.requireNonNull(reader, "reader");
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    static Map<RuleId, StoredRule> emptyMap() {
        return new TreeMap<>(
                Comparator.comparing(RuleId::kind)
                        .thenComparing(RuleId::namespace)
                        .thenComparing(RuleId::name));
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public @Nullable String readOnlyReason() {
        return null;
    }

    @Override
    public List<StoredRule> rules() {
        synchronized (lock) {
            return List.copyOf(rules.values());
        }
    }

    /** Returns warnings only, as no faulty document is taken. */
    @Override
    public List<Problem> problems() {
        return rules().stream().flatMap(rule -> rule.problems().stream()).toList();
    }

    @Override
    public Optional<StoredRule> find(RuleId id) {
        synchronized (lock) {
            return Optional.ofNullable(rules.get(id));
        }
    }

    @Override
    public RuleChange commit(RuleEdit edit) {
        synchronized (lock) {
            var checked = CheckedEdit.of(edit, reader, rules::get);
            Instant now = clock.instant();
            if (checked.steps().isEmpty()) {
                return checked.change("", now);
            }
            checked.steps().forEach(this::apply);
            RuleChange change = checked.change(Long.toString(++committed), now);
            changes.addFirst(change);
            if (changes.size() > MAX_CHANGES) {
                changes.removeLast();
            }
            return change;
        }
    }

    private void apply(CheckedEdit.Step step) {
        Rule rule = step.rule();
        if (rule == null) {
            rules.remove(step.id());
        } else {
            String place = name() + ":" + rule.id();
            rules.put(step.id(), StoredRule.read(step.id(), step.text(), place, reader));
        }
    }

    @Override
    public List<RuleChange> history(HistoryQuery query) {
        synchronized (lock) {
            return query.select(changes);
        }
    }

    @Override
    public void close() {
        // there is nothing to release
    }
}

package io.opensergo.controlplane;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rules that the program itself puts and deletes.
 *
 * <p>Each call is one atomic change, and is on its way to the subscribers that are ready when it
 * returns. The source may be changed at any time: what it holds when a control plane starts is
 * served from the start, and when that one is closed another may start with it.
 *
 * <p>For any number of threads; calls are applied one after the other.
 */
public final class InMemoryRuleSource implements RuleSource {

    private final Object lock = new Object();
    private final Map<RuleId, Rule> rules = new LinkedHashMap<>();
    private @Nullable Listener listener;

    /** Creates a source without rules. */
    public InMemoryRuleSource() {}

    /**
     * Puts rules, each in the place of the one of the same id; of equal ids the last one counts.
     */
    public void put(Rule... rules) {
        put(List.of(rules));
    }

    /**
     * Puts rules, each in the place of the one of the same id; of equal ids the last one counts.
     */
    public void put(Collection<? extends Rule> rules) {
        change(List.copyOf(rules), Set.of());
    }

    /** Deletes rules; ids of no rule are ignored. */
    public void delete(RuleId... ids) {
        change(List.of(), List.of(ids));
    }

    /** Makes these the only rules. */
    public void replaceAll(Collection<? extends Rule> rules) {
        synchronized (lock) {
            change(List.copyOf(rules), new LinkedHashSet<>(this.rules.keySet()));
        }
    }

    private void change(List<Rule> puts, Collection<RuleId> deletes) {
        synchronized (lock) {
            rules.keySet().removeAll(deletes);
            puts.forEach(rule -> rules.put(rule.id(), rule));
            if (listener != null) {
                listener.changed(puts, deletes);
            }
        }
    }

    /** Returns {@code memory}. */
    @Override
    public String name() {
        return "memory";
    }

    /**
     * Reports the rules there are, and each change from now on.
     *
     * @throws IllegalStateException if another control plane has started this source
     */
    @Override
    public void start(Listener listener) {
        synchronized (lock) {
            if (this.listener != null) {
                throw new IllegalStateException(
                        "this source already serves a control plane; give each one its own");
            }
            this.listener = listener;
            listener.changed(new ArrayList<>(rules.values()), Set.of());
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            listener = null;
        }
    }
}

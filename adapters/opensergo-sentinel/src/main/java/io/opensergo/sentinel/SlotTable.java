package io.opensergo.sentinel;

import io.opensergo.governance.Governor;
import io.opensergo.governance.internal.rules.RuleBook;
import io.opensergo.governance.internal.rules.RuleJoin;
import io.opensergo.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the slot enforces: the governors of all applications that have rules for it, and the guards
 * of the resources that these rules protect.
 *
 * <p>Written when rules change, under the class's monitor; read by every request, with one volatile
 * read. There is a new table after each change of rules.
 */
final class SlotTable {

    /** The table when there is nothing for the slot to do. */
    static final SlotTable EMPTY = new SlotTable(List.of());

    private static volatile SlotTable current = EMPTY;

    private final List<Coverage> coverages;

    /** Complete if no rule covers the whole process; else filled as resources are met. */
    private final Map<String, SlotGuards> guards = new ConcurrentHashMap<>();

    private final boolean coversProcess;

    /**
     * What a governor protects, by its rules: its plan may be about to follow them, and its guards
     * follow the plan.
     */
    private record Coverage(Governor governor, Set<String> resources, boolean ofProcess) {

        static Coverage of(Governor governor, List<Rule> rules) {
            var join = new RuleJoin(RuleBook.of(rules));
            return new Coverage(
                    governor, Set.copyOf(join.resources()), !join.ofProcess().isEmpty());
        }

        boolean covers(String resource) {
            return ofProcess || resources.contains(resource);
        }
    }

    private SlotTable(List<Coverage> coverages) {
        this.coverages = coverages;
        coversProcess = coverages.stream().anyMatch(Coverage::ofProcess);
        coverages.forEach(coverage -> coverage.resources().forEach(this::make));
    }

    static SlotTable current() {
        return current;
    }

    /** Returns the guards of a resource; {@code null} if no rule protects it. */
    @Nullable SlotGuards guards(String resource) {
        SlotGuards known = guards.get(resource);
        return known == null && coversProcess ? make(resource) : known;
    }

    /** As many as Sentinel has chains for, and that is bounded. */
    private SlotGuards make(String resource) {
        return guards.computeIfAbsent(resource, name -> SlotGuards.of(governorsOf(name), name));
    }

    private List<Governor> governorsOf(String resource) {
        return coverages.stream()
                .filter(coverage -> coverage.covers(resource))
                .map(Coverage::governor)
                .toList();
    }

    /** Says by which rules a governor decides now; none takes it out of the table. */
    static synchronized void put(Governor governor, List<Rule> rules) {
        List<Coverage> coverages = new ArrayList<>(current.coverages);
        coverages.removeIf(coverage -> coverage.governor().equals(governor));
        if (!rules.isEmpty()) {
            coverages.add(Coverage.of(governor, rules));
        }
        current = coverages.isEmpty() ? EMPTY : new SlotTable(List.copyOf(coverages));
    }
}

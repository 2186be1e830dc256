package io.opensergo.sentinel;

import io.opensergo.governance.Guard;
import io.opensergo.sentinel.SlotEngine.Coverage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the slot enforces: the engines of all applications that have rules for it, and the guards of
 * the resources that these rules protect.
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
        return guards.computeIfAbsent(resource, this::guardsOf);
    }

    private SlotGuards guardsOf(String resource) {
        List<Guard> ofProcess =
                coverages.stream()
                        .filter(Coverage::ofProcess)
                        .map(coverage -> coverage.engine().guardOfProcess(resource))
                        .toList();
        List<Guard> ofResource =
                coverages.stream()
                        .filter(coverage -> coverage.resources().contains(resource))
                        .map(coverage -> coverage.engine().guardOfResource(resource))
                        .toList();
        return SlotGuards.of(ofProcess, ofResource);
    }

    /** Says what an engine covers now; nothing takes it out of the table. */
    static synchronized void put(Coverage coverage) {
        List<Coverage> coverages = others(coverage.engine());
        if (!coverage.isEmpty()) {
            coverages.add(coverage);
        }
        replace(coverages);
    }

    /** Takes an engine out of the table. */
    static synchronized void remove(SlotEngine engine) {
        replace(others(engine));
    }

    private static List<Coverage> others(SlotEngine engine) {
        List<Coverage> coverages = new ArrayList<>(current.coverages);
        coverages.removeIf(coverage -> coverage.engine().equals(engine));
        return coverages;
    }

    private static void replace(List<Coverage> coverages) {
        current = coverages.isEmpty() ? EMPTY : new SlotTable(List.copyOf(coverages));
    }
}

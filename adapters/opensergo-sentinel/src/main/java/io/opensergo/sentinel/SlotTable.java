package io.opensergo.sentinel;

import io.opensergo.governance.Governor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    /** A name that no rule can have, so that only rules for the whole process protect it. */
    private static final String ANY = "";

    private static volatile SlotTable current = EMPTY;

    private final List<Governor> governors;

    /** Complete if no rule covers the whole process; else filled as resources are met. */
    private final Map<String, SlotGuards> guards = new ConcurrentHashMap<>();

    private final boolean coversProcess;

    private SlotTable(List<Governor> governors) {
        this.governors = governors;
        coversProcess = governors.stream().anyMatch(governor -> governor.guard(ANY).isProtected());
        for (Governor governor : governors) {
            governor.plan().resources().forEach(this::make);
        }
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
        return guards.computeIfAbsent(resource, name -> SlotGuards.of(governors, name));
    }

    /** Says that the rules of a governor have changed. */
    static synchronized void put(Governor governor) {
        List<Governor> governors = new ArrayList<>(current.governors);
        if (!governors.contains(governor)) {
            governors.add(governor);
        }
        current = new SlotTable(List.copyOf(governors));
    }

    /** Says that a governor has no rules any more. */
    static synchronized void remove(Governor governor) {
        List<Governor> governors = new ArrayList<>(current.governors);
        if (governors.remove(governor)) {
            current = governors.isEmpty() ? EMPTY : new SlotTable(List.copyOf(governors));
        }
    }
}

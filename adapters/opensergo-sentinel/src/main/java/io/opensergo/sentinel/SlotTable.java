package io.opensergo.sentinel;

import io.opensergo.governance.Governor;
import java.util.ArrayList;
import java.util.List;

/**
 * The governors whose rules the slot enforces, one for each application that has such rules.
 *
 * <p>Written when rules change, under the class's monitor; read by every request, with one volatile
 * read. A table is immutable, and there is a new one after each change of rules, so that a slot
 * knows by its identity whether to look for its resource again.
 */
final class SlotTable {

    /** The table when there is nothing for the slot to do. */
    static final SlotTable EMPTY = new SlotTable(List.of());

    private static volatile SlotTable current = EMPTY;

    private final List<Governor> governors;

    private SlotTable(List<Governor> governors) {
        this.governors = governors;
    }

    static SlotTable current() {
        return current;
    }

    List<Governor> governors() {
        return governors;
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

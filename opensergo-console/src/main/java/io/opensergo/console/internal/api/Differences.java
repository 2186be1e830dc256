package io.opensergo.console.internal.api;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * How two sets of named things differ, by their names.
 *
 * @param added what there is only afterwards
 * @param removed what there is only before
 * @param changed what there is both times, and is not equal
 */
record Differences(List<String> added, List<String> removed, List<String> changed) {

    static Differences between(Map<String, ?> before, Map<String, ?> after) {
        var added = new TreeSet<>(after.keySet());
        added.removeAll(before.keySet());
        var removed = new TreeSet<>(before.keySet());
        removed.removeAll(after.keySet());
        var changed = new TreeSet<>(before.keySet());
        changed.removeIf(
                name -> !after.containsKey(name) || after.get(name).equals(before.get(name)));
        return new Differences(List.copyOf(added), List.copyOf(removed), List.copyOf(changed));
    }
}

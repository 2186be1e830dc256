package io.opensergo.governance.routing;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A condition on the labels of an instance. Immutable; allocates nothing. */
final class LabelTest {

    /** Holds for any instance. */
    static final LabelTest ALL = hasAll(Map.of());

    /** Holds for no instance. */
    static final LabelTest NONE = hasAny(List.of(), "");

    private final String[] keys;
    private final String[] values;

    /** Whether each label must be equal; one is enough otherwise. */
    private final boolean all;

    private LabelTest(String[] keys, String[] values, boolean all) {
        this.keys = keys;
        this.values = values;
        this.all = all;
    }

    /** Holds for an instance that has each of the labels. */
    static LabelTest hasAll(Map<String, String> labels) {
        String[] keys = labels.keySet().toArray(String[]::new);
        String[] values = Arrays.stream(keys).map(labels::get).toArray(String[]::new);
        return new LabelTest(keys, values, true);
    }

    /** Holds for an instance one of whose labels of these keys has a value. */
    static LabelTest hasAny(List<String> keys, String value) {
        String[] values = new String[keys.size()];
        Arrays.fill(values, value);
        return new LabelTest(keys.toArray(String[]::new), values, false);
    }

    boolean holds(Map<String, String> labels) {
        for (int i = 0; i < keys.length; i++) {
            if (values[i].equals(labels.get(keys[i])) != all) {
                return !all;
            }
        }
        return all;
    }
}

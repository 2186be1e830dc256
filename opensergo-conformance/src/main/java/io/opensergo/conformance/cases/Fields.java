package io.opensergo.conformance.cases;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * The fields of an object in a case file. One that nobody has asked for by the end is an error. For
 * one thread.
 */
final class Fields {

    private final Node object;
    private final String path;
    private final CaseFaults faults;
    private final Map<String, Located> values = new LinkedHashMap<>();
    private final Map<String, Node> names = new LinkedHashMap<>();
    private final List<String> asked = new ArrayList<>();

    private Fields(Node object, String path, CaseFaults faults) {
        this.object = object;
        this.path = path;
        this.faults = faults;
    }

    static Fields of(MappingNode object, String path, CaseFaults faults) {
        var fields = new Fields(object, path, faults);
        for (NodeTuple tuple : object.getValue()) {
            fields.add(tuple);
        }
        return fields;
    }

    private void add(NodeTuple tuple) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            throw new Located(tuple.getKeyNode(), path, faults)
                    .unreadable("must have texts as names");
        }
        String name = key.getValue();
        if (names.put(name, key) != null) {
            faults.add(key.getStartMark(), pathOf(name), "must be there only once");
        }
        values.put(name, new Located(tuple.getValueNode(), pathOf(name), faults));
    }

    private String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    Located required(String name) {
        Located value = find(name);
        if (value == null) {
            faults.add(object.getStartMark(), pathOf(name), "is required");
            throw new Located.Unreadable();
        }
        return value;
    }

    @Nullable Located find(String name) {
        asked.add(name);
        return values.get(name);
    }

    /** Reads a field that may be left out. */
    <T> @Nullable T optional(String name, Function<Located, T> reader) {
        Located value = find(name);
        return value == null ? null : reader.apply(value);
    }

    /** Reads a field that has a default. */
    <T> T optional(String name, Function<Located, T> reader, T otherwise) {
        T value = optional(name, reader);
        return value == null ? otherwise : value;
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /** Returns every field by its name, whatever it is. */
    Map<String, Located> all() {
        asked.addAll(values.keySet());
        return values;
    }

    /** Returns every field, as texts by their names. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        all().forEach((name, value) -> texts.put(name, value.text()));
        return texts;
    }

    /** Returns the one field among some that is there. */
    String exactlyOne(List<String> candidates) {
        List<String> found = candidates.stream().filter(values::containsKey).toList();
        if (found.size() != 1) {
            faults.add(
                    object.getStartMark(),
                    path,
                    "must have one of "
                            + candidates
                            + ", was "
                            + (found.isEmpty() ? values.keySet() : found));
            throw new Located.Unreadable();
        }
        return found.get(0);
    }

    /** Reports each field that nobody has asked for. */
    void end() {
        names.forEach(
                (name, key) -> {
                    if (!asked.contains(name)) {
                        faults.add(
                                key.getStartMark(),
                                pathOf(name),
                                "is unknown here; known are " + asked.stream().distinct().toList());
                    }
                });
    }
}

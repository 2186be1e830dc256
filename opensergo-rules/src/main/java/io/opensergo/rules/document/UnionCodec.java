package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Written;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sealed interface whose alternatives are records: an object with one field, named for the
 * alternative.
 *
 * <p>The field holds the fields of the record, or its value alone if {@code value} is its only
 * component. An alternative that is written as the empty name is the empty object.
 */
final class UnionCodec implements Codec {

    private record Alternative(Class<?> type, Codec codec, boolean bare) {}

    private final Map<String, Alternative> byName = new LinkedHashMap<>();
    private final Map<Class<?>, String> names = new LinkedHashMap<>();

    UnionCodec(Class<?> sealedType) {
        for (Class<?> type : sealedType.getPermittedSubclasses()) {
            Written written = type.getAnnotation(Written.class);
            String simple = type.getSimpleName();
            String name =
                    written == null
                            ? Character.toLowerCase(simple.charAt(0)) + simple.substring(1)
                            : written.as();
            RecordComponent[] components = type.getRecordComponents();
            boolean bare = components.length == 1 && components[0].getName().equals("value");
            byName.put(name, new Alternative(type, RecordCodec.of(type), bare));
            names.put(type, name);
        }
    }

    @Override
    public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
        if (!node.isObject()) {
            faults.add(path, "must be an object with " + allowed(), Codec.describe(node));
            return null;
        }
        if (node.isEmpty() && byName.containsKey("")) {
            return read("", NODES.objectNode(), path, faults);
        }
        String chosen = null;
        for (var entry : node.properties()) {
            if (!byName.containsKey(entry.getKey()) || entry.getKey().isEmpty()) {
                faults.unknownField(
                        path.field(entry.getKey()),
                        "is an unknown field; allowed: "
                                + namesToWrite()
                                + Suggestion.among(namesToWrite(), entry.getKey()));
            } else if (chosen != null) {
                faults.add(path, "must have only " + allowed(), chosen + " and " + entry.getKey());
                return null;
            } else {
                chosen = entry.getKey();
            }
        }
        if (chosen == null) {
            faults.add(path, "must have " + allowed(), "none of them");
            return null;
        }
        return read(chosen, node.get(chosen), path.field(chosen), faults);
    }

    private @Nullable Object read(String name, JsonNode content, FieldPath path, Faults faults) {
        Alternative alternative = byName.get(name);
        if (alternative == null) {
            throw new IllegalStateException(name);
        }
        if (!alternative.bare) {
            JsonNode fields = content.isNull() ? NODES.objectNode() : content;
            return alternative.codec.read(fields, path, faults);
        }
        ObjectNode wrapped = NODES.objectNode();
        wrapped.set("value", content);
        return ((RecordCodec) alternative.codec).readBare(wrapped, path, faults);
    }

    @Override
    public JsonNode write(Object value) {
        String name = names.get(value.getClass());
        Alternative alternative = name == null ? null : byName.get(name);
        if (name == null || alternative == null) {
            throw new IllegalArgumentException("no alternative of this type: " + value.getClass());
        }
        ObjectNode object = NODES.objectNode();
        if (!name.isEmpty()) {
            JsonNode content = alternative.codec.write(value);
            object.set(name, alternative.bare ? content.get("value") : content);
        }
        return object;
    }

    private String allowed() {
        return "one of " + namesToWrite();
    }

    /** One alternative may be the empty object, which has no name. */
    private List<String> namesToWrite() {
        return names.values().stream().filter(name -> !name.isEmpty()).toList();
    }
}

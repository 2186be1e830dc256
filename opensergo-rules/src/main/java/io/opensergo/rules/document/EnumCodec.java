package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.rules.Written;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Enum constants by the name that documents use. */
final class EnumCodec<E extends Enum<E>> implements Codec {

    private final Map<String, E> byName = new LinkedHashMap<>();
    private final Map<E, JsonNode> names;

    EnumCodec(Class<E> type) {
        names = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            String name = documentName(constant);
            byName.put(name, constant);
            names.put(constant, NODES.textNode(name));
        }
    }

    @Override
    public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
        E constant = node.isTextual() ? byName.get(node.textValue()) : null;
        if (constant == null) {
            String suggestion =
                    node.isTextual() ? Suggestion.among(byName.keySet(), node.textValue()) : "";
            faults.add(
                    path, "must be one of " + byName.keySet(), Codec.describe(node) + suggestion);
        }
        return constant;
    }

    @Override
    public JsonNode write(Object value) {
        JsonNode name = names.get(value);
        if (name == null) {
            throw new IllegalArgumentException("no constant of this enum: " + value);
        }
        return name;
    }

    private static String documentName(Enum<?> constant) {
        try {
            Written written =
                    constant.getDeclaringClass()
                            .getField(constant.name())
                            .getAnnotation(Written.class);
            return written == null ? constant.name() : written.as();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("an enum constant without its field: " + constant, e);
        }
    }
}

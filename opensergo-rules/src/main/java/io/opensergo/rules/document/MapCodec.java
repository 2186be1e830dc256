package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Maps from text to values of one type. */
record MapCodec(Codec element) implements Codec {

    @Override
    public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
        if (!node.isObject()) {
            faults.add(path, "must be an object", Codec.describe(node));
            return null;
        }
        int before = faults.count();
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            Object value = element.read(entry.getValue(), path.field(entry.getKey()), faults);
            if (value != null) {
                values.put(entry.getKey(), value);
            }
        }
        return faults.count() == before ? values : null;
    }

    /** Writes in the order of the keys, since the maps of rules have none of their own. */
    @Override
    public JsonNode write(Object value) {
        ObjectNode object = NODES.objectNode();
        new TreeMap<>((Map<?, ?>) value)
                .forEach((key, each) -> object.set((String) key, element.write(each)));
        return object;
    }
}

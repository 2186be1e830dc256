package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of values of one type. */
record ListCodec(Codec element) implements Codec {

    @Override
    public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
        if (!node.isArray()) {
            faults.add(path, "must be a list", Codec.describe(node));
            return null;
        }
        int before = faults.count();
        List<Object> values = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            Object value = element.read(node.get(i), path.element(i), faults);
            if (value != null) {
                values.add(value);
            }
        }
        return faults.count() == before ? values : null;
    }

    @Override
    public JsonNode write(Object value) {
        ArrayNode array = NODES.arrayNode();
        for (Object each : (List<?>) value) {
            array.add(element.write(each));
        }
        return array;
    }
}

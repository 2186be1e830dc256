package io.opensergo.schema.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;

/** Builds the small parts of a schema. */
final class Nodes {

    private static final JsonNodeFactory FACTORY = JsonNodeFactory.instance;

    private Nodes() {}

    static ObjectNode object() {
        return FACTORY.objectNode();
    }

    static ObjectNode type(String type) {
        return object().put("type", type);
    }

    static ObjectNode text(String pattern, String example) {
        ObjectNode node = type("string").put("pattern", pattern);
        node.putArray("examples").add(example);
        return node;
    }

    /** A text that is not empty. */
    static ObjectNode name(int maxLength) {
        return type("string").put("minLength", 1).put("maxLength", maxLength);
    }

    static ObjectNode constant(String value) {
        return object().put("const", value);
    }

    static ObjectNode choice(Collection<String> values) {
        ObjectNode node = type("string");
        node.set("enum", texts(values));
        return node;
    }

    static ObjectNode reference(String definition) {
        return object().put("$ref", "#/definitions/" + definition);
    }

    static ObjectNode required(String... names) {
        ArrayNode array = FACTORY.arrayNode();
        for (String name : names) {
            array.add(name);
        }
        return object().set("required", array);
    }

    static ObjectNode anyOf(JsonNode... alternatives) {
        return keyword("anyOf", alternatives);
    }

    static ObjectNode keyword(String keyword, JsonNode... parts) {
        ArrayNode array = FACTORY.arrayNode();
        for (JsonNode part : parts) {
            array.add(part);
        }
        return object().set(keyword, array);
    }

    static ArrayNode texts(Collection<String> values) {
        ArrayNode array = FACTORY.arrayNode();
        values.forEach(array::add);
        return array;
    }

    /** Lets a value be null too, which a reader takes for a field that is left out. */
    static ObjectNode nullable(ObjectNode node) {
        if (node.path("type").isTextual() && !node.has("enum")) {
            String type = node.get("type").textValue();
            node.putArray("type").add(type).add("null");
            return node;
        }
        if (node.size() == 1 && node.get("anyOf") instanceof ArrayNode alternatives) {
            alternatives.add(type("null"));
            return node;
        }
        return anyOf(node, type("null"));
    }
}

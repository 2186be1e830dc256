package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/** Turns the values of one Java type into document trees and back. Immutable. */
interface Codec {

    JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Returns the value, or {@code null} after having added to the faults. */
    @Nullable Object read(JsonNode node, FieldPath path, Faults faults);

    /** Returns the tree of a value. */
    JsonNode write(Object value);

    /**
     * Returns how a node reads in a message: text in quotes, numbers as they are, the rest by its
     * type.
     */
    static String describe(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> '"' + abbreviate(node.textValue()) + '"';
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case NULL, MISSING -> "nothing";
            default -> abbreviate(node.asText());
        };
    }

    private static String abbreviate(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}

package io.opensergo.rules.document;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/** Turns the values of one Java type into document trees and back. Immutable. */
interface Codec {

    JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** The length at which a value is cut in a message, in code points. */
    int MAX_DESCRIPTION = 80;

    /** Returns the value, or {@code null} after having added to the faults. */
    @Nullable Object read(JsonNode node, FieldPath path, Faults faults);

    /** Returns the tree of a value. */
    JsonNode write(Object value);

    /**
     * Returns how a node reads in a message of one line: text in quotes with its control characters
     * escaped, numbers as they are, the rest by its type.
     */
    static String describe(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> quote(node.textValue());
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case NULL, MISSING -> "nothing";
            default -> abbreviate(node.asText()) + SourceScalar.adviceFor(node);
        };
    }

    private static String quote(String text) {
        String escaped =
                new String(JsonStringEncoder.getInstance().quoteAsString(abbreviate(text)));
        return '"' + escaped.replace("\\\"", "\"") + '"';
    }

    /** Cuts a text to the length that messages have room for. */
    static String abbreviate(String text) {
        if (text.codePointCount(0, text.length()) <= MAX_DESCRIPTION) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, MAX_DESCRIPTION - 3)) + "...";
    }
}

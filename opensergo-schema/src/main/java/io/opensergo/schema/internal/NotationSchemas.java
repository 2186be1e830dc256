package io.opensergo.schema.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Notation;
import org.jspecify.annotations.Nullable;

/** The schemas of the notations that do not depend on a type. */
final class NotationSchemas {

    private static final String UNITS = "(s|ms|m|min|minute|h|d)$";
    private static final String PERCENTAGE = "^([1-9][0-9]?|100|0)%$";

    private NotationSchemas() {}

    static ObjectNode of(Notation notation, @Nullable Limits limits) {
        return switch (notation) {
            case DURATION -> Nodes.text("^[1-9][0-9]*" + UNITS, "10s");
            case DURATION_OR_ZERO -> Nodes.text("^[0-9]+" + UNITS, "25ms");
            case DECIMAL_DURATION -> Nodes.text("^([0-9]+(\\.[0-9]+)?(h|m|s|ms|us|ns))+$", "0.5s");
            case SECONDS -> number(limits);
            case PERCENT -> Nodes.text(PERCENTAGE, "60%");
            case PERCENT_NUMBER -> percent();
            case PERCENT_OBJECT -> percentObject();
            case PERCENT_OR_NUMBER ->
                    Nodes.anyOf(
                            Nodes.text(PERCENTAGE, "82%"), Nodes.type("number").put("minimum", 0));
            case COMMA_SEPARATED ->
                    Nodes.text("^[^,]*[^,\\s][^,]*(,[^,]*[^,\\s][^,]*)*$", "one,two");
            case ONE_OR_MANY -> Nodes.anyOf(text(limits), listOf(text(limits)));
            case PLAIN -> throw new IllegalArgumentException("the plain form depends on the type");
        };
    }

    /** A whole number within its limits; those of its Java type alone are left out. */
    static ObjectNode number(@Nullable Limits limits) {
        ObjectNode node = Nodes.type("integer");
        if (limits != null && limits.min() != Long.MIN_VALUE) {
            node.put("minimum", limits.min());
        }
        if (limits != null && limits.max() != Long.MAX_VALUE) {
            node.put("maximum", limits.max());
        }
        return node;
    }

    static ObjectNode text(@Nullable Limits limits) {
        ObjectNode node = Nodes.type("string");
        boolean limited = limits != null && limits.maxLength() != Integer.MAX_VALUE;
        if (limits != null && (limited || limits.notEmpty())) {
            node.put("minLength", 1);
        }
        if (limits != null && limited) {
            node.put("maxLength", limits.maxLength());
        }
        return node;
    }

    static ObjectNode listOf(ObjectNode element) {
        return Nodes.type("array").set("items", element);
    }

    private static ObjectNode percent() {
        return Nodes.type("number").put("minimum", 0).put("maximum", 100);
    }

    private static ObjectNode percentObject() {
        ObjectNode node = Nodes.type("object");
        node.putObject("properties").set("value", percent());
        node.putArray("required").add("value");
        return node.put("additionalProperties", false);
    }
}

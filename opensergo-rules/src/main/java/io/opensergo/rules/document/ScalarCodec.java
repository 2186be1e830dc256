package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The plain forms of texts, numbers, booleans and free trees. */
final class ScalarCodec implements Codec {

    static final ScalarCodec TEXT =
            new ScalarCodec(
                    "must be a text",
                    JsonNode::isTextual,
                    JsonNode::textValue,
                    value -> NODES.textNode((String) value));

    static final ScalarCodec BOOLEAN =
            new ScalarCodec(
                    "must be true or false",
                    JsonNode::isBoolean,
                    JsonNode::booleanValue,
                    value -> NODES.booleanNode((Boolean) value));

    static final ScalarCodec INT =
            new ScalarCodec(
                    "must be a whole number",
                    "must be a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE,
                    node -> isWhole(node) && node.canConvertToInt(),
                    JsonNode::intValue,
                    value -> NODES.numberNode((Integer) value));

    static final ScalarCodec LONG =
            new ScalarCodec(
                    "must be a whole number",
                    "must be a whole number from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE,
                    node -> isWhole(node) && node.canConvertToLong(),
                    JsonNode::longValue,
                    value -> NODES.numberNode((Long) value));

    static final ScalarCodec DOUBLE =
            new ScalarCodec(
                    "must be a number",
                    JsonNode::isNumber,
                    JsonNode::doubleValue,
                    value -> NODES.numberNode((Double) value));

    /** Free trees, for a kind that has a component of type {@link JsonNode}. */
    static final ScalarCodec TREE =
            new ScalarCodec(
                    "must hold no number with a leading zero",
                    node -> !SourceScalar.hasLeadingZero(node),
                    node -> node,
                    value -> (JsonNode) value);

    private final String expected;

    /** What is said instead of {@link #expected} to a whole number. */
    private final String expectedOfWhole;

    private final Predicate<JsonNode> accepts;
    private final Function<JsonNode, Object> reader;
    private final Function<Object, JsonNode> writer;

    private ScalarCodec(
            String expected,
            Predicate<JsonNode> accepts,
            Function<JsonNode, Object> reader,
            Function<Object, JsonNode> writer) {
        this(expected, expected, accepts, reader, writer);
    }

    private ScalarCodec(
            String expected,
            String expectedOfWhole,
            Predicate<JsonNode> accepts,
            Function<JsonNode, Object> reader,
            Function<Object, JsonNode> writer) {
        this.expected = expected;
        this.expectedOfWhole = expectedOfWhole;
        this.accepts = accepts;
        this.reader = reader;
        this.writer = writer;
    }

    /** Adds advice to the message about a value of the wrong type. */
    ScalarCodec withHint(String hint) {
        return new ScalarCodec(
                expected + " (" + hint + ")", expectedOfWhole, accepts, reader, writer);
    }

    @Override
    public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
        if (accepts.test(node)) {
            return reader.apply(node);
        }
        faults.add(
                path,
                node.isIntegralNumber() ? expectedOfWhole : expected,
                isUnquoted(node) ? unquoted(node.asText()) : Codec.describe(node));
        return null;
    }

    private boolean isUnquoted(JsonNode node) {
        return this == TEXT && node.isValueNode() && !node.isTextual() && !node.isNull();
    }

    /** The text of the source is what the writer meant, and not the value that YAML makes of it. */
    private static String unquoted(String text) {
        String shown = Codec.abbreviate(text);
        return shown + "; put it in quotes: \"" + shown + '"';
    }

    @Override
    public JsonNode write(Object value) {
        return writer.apply(value);
    }

    /**
     * A number without a fraction; a whole number that a protobuf Struct carries as a double is one
     * too.
     */
    private static boolean isWhole(JsonNode node) {
        return node.isIntegralNumber()
                || (node.isDouble() && node.doubleValue() == Math.rint(node.doubleValue()));
    }
}

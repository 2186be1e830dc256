package io.opensergo.rules.document;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/**
 * Builds the tree of one document from its tokens.
 *
 * <p>Jackson's own tree builder takes a YAML alias for a text. Here an alias is the tree of its
 * anchor, shared and not copied; what it stands for counts against the limits of size and depth, so
 * that aliases of aliases cannot grow without bound in whatever walks the tree. Numbers with a
 * fraction stay decimal.
 */
final class TreeBuilder {

    /**
     * What an alias stands for.
     *
     * @param node the tree of the anchor
     * @param size its nodes
     * @param height its levels of objects and lists
     */
    private record Anchor(JsonNode node, int size, int height) {}

    private static final JsonNodeFactory NODES = Codec.NODES;

    /** More than any double has, and as many as travel on the wire. */
    private static final int MAX_DIGITS = 400;

    private final JsonParser parser;
    private final int maxNodes;
    private final int maxDepth;
    private final Map<String, Anchor> anchors = new HashMap<>(0);
    private int nodes;
    private int depth;

    /** The greatest depth since the innermost anchor around the current value. */
    private int deepest;

    private TreeBuilder(JsonParser parser, int maxNodes, int maxDepth) {
        this.parser = parser;
        this.maxNodes = maxNodes;
        this.maxDepth = maxDepth;
    }

    /**
     * Builds the tree of the value that the parser stands on, and leaves it on the last token of
     * it.
     */
    static JsonNode build(JsonParser parser, int maxNodes, int maxDepth) throws IOException {
        return new TreeBuilder(parser, maxNodes, maxDepth).value();
    }

    private JsonNode value() throws IOException {
        if (parser instanceof YAMLParser yaml) {
            if (yaml.isCurrentAlias()) {
                return alias(parser.getText());
            }
            Object anchor = parser.getObjectId();
            if (anchor != null) {
                return anchored(anchor.toString());
            }
        }
        return plainValue();
    }

    private JsonNode anchored(String name) throws IOException {
        int nodesBefore = nodes;
        int deepestBefore = deepest;
        deepest = depth;
        JsonNode node = plainValue();
        anchors.put(name, new Anchor(node, nodes - nodesBefore, deepest - depth));
        deepest = Math.max(deepest, deepestBefore);
        return node;
    }

    private JsonNode alias(String name) throws IOException {
        Anchor anchor = anchors.get(name);
        if (anchor == null) {
            throw new JsonParseException(
                    parser, "alias '*" + name + "' refers to no object or list before it");
        }
        count(anchor.size);
        reach(depth + anchor.height);
        return anchor.node;
    }

    private JsonNode plainValue() throws IOException {
        count(1);
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> text();
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> decimal();
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default ->
                    throw new JsonParseException(
                            parser, "a value of type " + token + " is not supported");
        };
    }

    private ObjectNode object() throws IOException {
        reach(++depth);
        ObjectNode object = NODES.objectNode();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            object.set(name, value());
        }
        depth--;
        return object;
    }

    private ArrayNode array() throws IOException {
        reach(++depth);
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value());
        }
        depth--;
        return array;
    }

    /** A value that is left out, as in {@code "timeout:"}, comes as an empty text but is null. */
    private JsonNode text() throws IOException {
        String text = parser.getText();
        boolean leftOut =
                text.isEmpty()
                        && parser instanceof YAMLParser
                        && parser.getTypeId() == null
                        && offset(parser.currentTokenLocation())
                                == offset(parser.currentLocation());
        return leftOut ? NODES.nullNode() : NODES.textNode(text);
    }

    private static long offset(JsonLocation location) {
        return location.getCharOffset();
    }

    private JsonNode integer() throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> {
                BigInteger number = parser.getBigIntegerValue();
                requireFewDigits(new BigDecimal(number));
                yield NODES.numberNode(number);
            }
        };
    }

    private JsonNode decimal() throws IOException {
        BigDecimal number;
        try {
            number = parser.getDecimalValue();
        } catch (NumberFormatException e) {
            throw tooManyDigits(); // the exponent is no int
        }
        requireFewDigits(number);
        return NODES.numberNode(number);
    }

    /** A short text must not stand for a number of a million digits. */
    private void requireFewDigits(BigDecimal number) throws IOException {
        long before = number.precision() - (long) number.scale();
        if (before > MAX_DIGITS || number.scale() > MAX_DIGITS) {
            throw tooManyDigits();
        }
    }

    private JsonParseException tooManyDigits() {
        return new JsonParseException(
                parser,
                "a number has more than " + MAX_DIGITS + " digits before or behind its point");
    }

    private void reach(int level) throws IOException {
        deepest = Math.max(deepest, level);
        if (level > maxDepth) {
            throw new JsonParseException(
                    parser,
                    "the document is nested deeper than "
                            + maxDepth
                            + " levels, those behind aliases included");
        }
    }

    private void count(int more) throws IOException {
        nodes += more;
        if (nodes > maxNodes || nodes < 0) {
            throw new JsonParseException(
                    parser,
                    "the document has more than "
                            + maxNodes
                            + " values, those behind aliases included");
        }
    }
}

package io.opensergo.rules.document;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds the tree of one document from its tokens.
 *
 * <p>Jackson's own tree builder takes a YAML alias for a text. Here an alias is the tree of its
 * anchor, shared and not copied, and the merge key {@code <<} adds the fields of such a tree that
 * the object does not have itself. What an alias stands for counts against the limits of size and
 * depth, so that aliases of aliases cannot grow without bound in whatever walks the tree. Numbers
 * with a fraction stay decimal.
 */
final class TreeBuilder {

    /** How many values may stand behind aliases in all documents of a source together. */
    static final class AliasBudget {

        private int left;

        AliasBudget(int values) {
            left = values;
        }
    }

    /**
     * What an alias stands for.
     *
     * @param node the tree of the anchor
     * @param size its nodes
     * @param height its levels of objects and lists
     */
    private record Anchor(JsonNode node, int size, int height) {}

    private static final JsonNodeFactory NODES = Codec.NODES;

    /** The depth of what stands in a list that the document itself has, such as its items. */
    private static final int ITEM_DEPTH = 3;

    /** More than any double has, and as many as travel on the wire. */
    private static final int MAX_DIGITS = 400;

    private final JsonParser parser;
    private final int maxNodes;
    private final int maxDepth;
    private final int lineOffset;
    private final AliasBudget budget;
    private final Map<String, Anchor> anchors = new HashMap<>(0);
    private final IdentityHashMap<JsonNode, Integer> lines = new IdentityHashMap<>(2);
    private int nodes;
    private int depth;

    /** The greatest depth since the innermost anchor around the current value. */
    private int deepest;

    TreeBuilder(JsonParser parser, int maxNodes, int maxDepth, int lineOffset, AliasBudget budget) {
        this.parser = parser;
        this.maxNodes = maxNodes;
        this.maxDepth = maxDepth;
        this.lineOffset = lineOffset;
        this.budget = budget;
    }

    /**
     * Builds the tree of the value that the parser stands on, and leaves it on the last token of
     * it.
     */
    JsonNode build() throws IOException {
        int line = line();
        JsonNode tree = value();
        lines.put(tree, line);
        return tree;
    }

    /** Returns the line of the document, or of an object in one of its own lists; 0 of others. */
    int lineOf(JsonNode tree) {
        return lines.getOrDefault(tree, 0);
    }

    private int line() {
        return lineOffset + parser.currentTokenLocation().getLineNr();
    }

    private JsonNode value() throws IOException {
        if (parser instanceof ScalarParser yaml) {
            if (yaml.isCurrentAlias()) {
                return alias(parser.getText());
            }
            String anchor = yaml.anchor();
            if (anchor != null) {
                return anchored(anchor);
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
                    parser, "alias '*" + name + "' refers to no anchor before it");
        }
        count(anchor.size);
        budget.left -= anchor.size;
        if (budget.left < 0) {
            budget.left = 0;
            throw new JsonParseException(
                    parser,
                    "the aliases of all documents together stand for more than "
                            + maxNodes
                            + " values");
        }
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
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
            case VALUE_TRUE -> SourceScalar.truth(true, parser.getText());
            case VALUE_FALSE -> SourceScalar.truth(false, parser.getText());
            case VALUE_NULL -> NODES.nullNode();
            default ->
                    throw new JsonParseException(
                            parser, "a value of type " + token + " is not supported");
        };
    }

    private ObjectNode object() throws IOException {
        reach(++depth);
        ObjectNode object = NODES.objectNode();
        if (depth == ITEM_DEPTH) {
            lines.put(object, line());
        }
        JsonNode merged = null;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            boolean merges = parser instanceof ScalarParser yaml && yaml.isMergeKey();
            parser.nextToken();
            JsonNode value = value();
            if (merges) {
                merged = value;
            } else {
                object.set(name, value);
            }
        }
        if (merged != null) {
            merge(merged, object);
        }
        depth--;
        return object;
    }

    /** Of two objects that have a field, the one that is named first gives it. */
    private void merge(JsonNode merged, ObjectNode object) throws IOException {
        for (JsonNode each : merged.isArray() ? merged : List.of(merged)) {
            if (!each.isObject()) {
                throw new JsonParseException(
                        parser,
                        "the merge key '<<' takes an object or a list of objects, such as an alias"
                                + " of one, and not "
                                + Codec.describe(each));
            }
            each.properties()
                    .forEach(field -> object.putIfAbsent(field.getKey(), field.getValue()));
        }
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
        boolean leftOut = parser instanceof ScalarParser yaml && yaml.isLeftOut();
        return leftOut ? NODES.nullNode() : NODES.textNode(parser.getText());
    }

    private JsonNode number() throws IOException {
        JsonNode number =
                parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? integer() : decimal();
        return SourceScalar.number(number, parser.getText());
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

package io.opensergo.rules.document;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Builds the tree of one document from its tokens.
 *
 * <p>Jackson's own tree builder takes a YAML alias for a text. Here an alias is the tree of its
 * anchor, shared and not copied; what it stands for counts against a limit, so that aliases of
 * aliases cannot grow without bound in whatever walks the tree. Numbers with a fraction stay
 * decimal.
 */
final class TreeBuilder {

    private static final JsonNodeFactory NODES = Codec.NODES;

    private final JsonParser parser;
    private final int maxNodes;
    private final Map<String, JsonNode> anchors = new HashMap<>(0);
    private final Map<String, Integer> anchorSizes = new HashMap<>(0);
    private int nodes;

    private TreeBuilder(JsonParser parser, int maxNodes) {
        this.parser = parser;
        this.maxNodes = maxNodes;
    }

    /**
     * Builds the tree of the value that the parser stands on, and leaves it on the last token of
     * it.
     */
    static JsonNode build(JsonParser parser, int maxNodes) throws IOException {
        return new TreeBuilder(parser, maxNodes).value();
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

    private JsonNode anchored(String anchor) throws IOException {
        int before = nodes;
        JsonNode node = plainValue();
        anchors.put(anchor, node);
        anchorSizes.put(anchor, nodes - before);
        return node;
    }

    private JsonNode alias(String anchor) throws IOException {
        JsonNode node = anchors.get(anchor);
        if (node == null) {
            throw new JsonParseException(
                    parser, "alias '*" + anchor + "' refers to no object or list before it");
        }
        count(anchorSizes.getOrDefault(anchor, 1));
        return node;
    }

    private JsonNode plainValue() throws IOException {
        count(1);
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT -> integer();
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default ->
                    throw new JsonParseException(
                            parser, "a value of type " + token + " is not supported");
        };
    }

    private ObjectNode object() throws IOException {
        ObjectNode object = NODES.objectNode();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            object.set(name, value());
        }
        return object;
    }

    private ArrayNode array() throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value());
        }
        return array;
    }

    private JsonNode integer() throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
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

package io.opensergo.proto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Document trees as {@code google.protobuf.Struct} and back.
 *
 * <p>A Struct has no numbers but doubles. A number that no double holds travels as a text, as
 * protobuf's JSON writes 64-bit integers, and {@link #restoreNumbers} makes it a number again.
 */
final class StructTrees {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** No exponents, so that a short text never stands for a number of a million digits. */
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,400}(\\.\\d{1,400})?");

    /** Up to here each whole number is a double. */
    private static final double MAX_EXACT = 1L << 53;

    private StructTrees() {}

    static Struct toStruct(ObjectNode tree) {
        var struct = Struct.newBuilder();
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
            struct.putFields(field.getKey(), toValue(field.getValue()));
        }
        return struct.build();
    }

    private static Value toValue(JsonNode node) {
        var value = Value.newBuilder();
        return switch (node.getNodeType()) {
            case OBJECT -> value.setStructValue(toStruct((ObjectNode) node)).build();
            case ARRAY -> value.setListValue(toList(node)).build();
            case BOOLEAN -> value.setBoolValue(node.booleanValue()).build();
            case NUMBER ->
                    isDouble(node)
                            ? value.setNumberValue(node.doubleValue()).build()
                            : value.setStringValue(node.decimalValue().toPlainString()).build();
            case NULL, MISSING -> value.setNullValue(NullValue.NULL_VALUE).build();
            default -> value.setStringValue(node.asText()).build();
        };
    }

    private static ListValue toList(JsonNode array) {
        var list = ListValue.newBuilder();
        array.forEach(element -> list.addValues(toValue(element)));
        return list.build();
    }

    private static boolean isDouble(JsonNode number) {
        return number.isDouble() || number.isInt() || isDouble(number.decimalValue());
    }

    /** A fraction is read back as its shortest text, a whole number as the double's exact value. */
    private static boolean isDouble(BigDecimal number) {
        double nearest = number.doubleValue();
        if (!Double.isFinite(nearest)) {
            return false;
        }
        boolean whole = nearest == Math.rint(nearest);
        BigDecimal read = whole ? new BigDecimal(nearest) : BigDecimal.valueOf(nearest);
        return read.compareTo(number) == 0;
    }

    static ObjectNode toTree(Struct struct) {
        ObjectNode tree = NODES.objectNode();
        struct.getFieldsMap().forEach((name, value) -> tree.set(name, toNode(value)));
        return tree;
    }

    private static JsonNode toNode(Value value) {
        return switch (value.getKindCase()) {
            case STRUCT_VALUE -> toTree(value.getStructValue());
            case LIST_VALUE -> toArray(value.getListValue());
            case STRING_VALUE -> NODES.textNode(value.getStringValue());
            case BOOL_VALUE -> NODES.booleanNode(value.getBoolValue());
            case NUMBER_VALUE -> toNumber(value.getNumberValue());
            case NULL_VALUE, KIND_NOT_SET -> NODES.nullNode();
        };
    }

    private static ArrayNode toArray(ListValue list) {
        ArrayNode array = NODES.arrayNode(list.getValuesCount());
        list.getValuesList().forEach(element -> array.add(toNode(element)));
        return array;
    }

    /** A number that JSON cannot write becomes a text, which a reader refuses as no number. */
    private static JsonNode toNumber(double number) {
        if (!Double.isFinite(number)) {
            return NODES.textNode(Double.toString(number));
        }
        if (number == (int) number) {
            return NODES.numberNode((int) number);
        }
        return number == (long) number && Math.abs(number) <= MAX_EXACT
                ? NODES.numberNode((long) number)
                : NODES.numberNode(number);
    }

    /**
     * Returns the tree with numbers in place of texts that stand for numbers which no double holds.
     *
     * @param paths the fields to look at, as problems of the reader name them
     */
    static ObjectNode restoreNumbers(ObjectNode tree, Set<String> paths) {
        ObjectNode restored = NODES.objectNode();
        for (Map.Entry<String, JsonNode> field : tree.properties()) {
            String name = field.getKey();
            restored.set(name, restoreNumbers(name, field.getValue(), paths));
        }
        return restored;
    }

    private static JsonNode restoreNumbers(String path, JsonNode node, Set<String> paths) {
        if (node instanceof ObjectNode object) {
            ObjectNode restored = NODES.objectNode();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                String name = field.getKey();
                restored.set(name, restoreNumbers(path + "." + name, field.getValue(), paths));
            }
            return restored;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode restored = NODES.arrayNode(array.size());
            for (int i = 0; i < array.size(); i++) {
                restored.add(restoreNumbers(path + "[" + i + "]", array.get(i), paths));
            }
            return restored;
        }
        return node.isTextual() && paths.contains(path) ? restoreNumber(node) : node;
    }

    private static JsonNode restoreNumber(JsonNode text) {
        if (!NUMBER.matcher(text.textValue()).matches()) {
            return text;
        }
        var number = new BigDecimal(text.textValue());
        if (isDouble(number)) {
            return text;
        }
        return number.scale() == 0
                ? NODES.numberNode(number.toBigIntegerExact())
                : NODES.numberNode(number);
    }
}

package io.opensergo.schema.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Makes of a JSON Schema of ours the structural schema that a CRD of Kubernetes needs.
 *
 * <p>Each node has a type, references are written out, {@code null} is {@code nullable}, and what
 * stands inside {@code allOf}, {@code anyOf}, {@code oneOf} and {@code not} are conditions alone.
 * What such a schema cannot say is left to the reader: that a field is unknown, which Kubernetes
 * prunes or refuses by itself; and what a value looks like that may be a number or a text, or a
 * text or a list. Of two spellings of one field, one that is {@code null} counts as written, which
 * the reader does not mind.
 */
final class StructuralSchemas {

    private static final Set<String> KEPT =
            Set.of(
                    "description",
                    "type",
                    "enum",
                    "pattern",
                    "minLength",
                    "maxLength",
                    "minimum",
                    "maximum",
                    "minProperties",
                    "maxProperties",
                    "required");
    private static final Set<String> CONDITIONS =
            Set.of("required", "minProperties", "maxProperties");
    private static final List<String> COMBINATIONS = List.of("allOf", "anyOf", "oneOf");
    private static final String REFERENCE = "#/definitions/";

    private final JsonNode definitions;

    private StructuralSchemas(JsonNode definitions) {
        this.definitions = definitions;
    }

    /** Returns the structural schema of {@code spec} of a document schema. */
    static ObjectNode ofSpec(ObjectNode document) {
        var schemas = new StructuralSchemas(document.path("definitions"));
        return schemas.convert((ObjectNode) document.path("properties").path("spec"));
    }

    private ObjectNode convert(ObjectNode written) {
        ObjectNode node = resolved(written);
        List<ObjectNode> alternatives = new ArrayList<>();
        boolean nullable = isNullable(node);
        for (JsonNode each : node.path("anyOf")) {
            if (each.path("type").asText().equals("null")) {
                nullable = true;
            } else {
                alternatives.add((ObjectNode) each);
            }
        }
        ObjectNode converted;
        if (alternatives.isEmpty()) {
            converted = convertPlain(node);
        } else if (alternatives.size() == 1) {
            converted = convert(alternatives.get(0));
        } else {
            converted = Nodes.object();
        }
        ObjectNode result = Nodes.object();
        JsonNode description = node.get("description");
        if (description != null) {
            result.set("description", description);
        }
        result.setAll(converted);
        if (description != null) {
            result.set("description", description);
        }
        if (!result.has("type")) {
            result.put("x-kubernetes-preserve-unknown-fields", true);
        }
        if (nullable) {
            result.put("nullable", true);
        }
        return result;
    }

    /** Returns what a reference leads to, with the description of the place that refers. */
    private ObjectNode resolved(ObjectNode node) {
        JsonNode only = node.path("allOf").size() == 1 ? node.path("allOf").get(0) : node;
        String reference = only.path("$ref").asText();
        if (reference.isEmpty()) {
            return node;
        }
        JsonNode target = definitions.path(reference.substring(REFERENCE.length()));
        if (!(target instanceof ObjectNode definition)) {
            throw new IllegalStateException("no definition " + reference);
        }
        ObjectNode result = resolved(definition).deepCopy();
        if (node.has("description")) {
            result.set("description", node.get("description"));
        }
        return result;
    }

    private static boolean isNullable(ObjectNode node) {
        return node.path("type").isArray();
    }

    private ObjectNode convertPlain(ObjectNode node) {
        ObjectNode result = Nodes.object();
        node.properties()
                .forEach(
                        field -> {
                            if (KEPT.contains(field.getKey())) {
                                result.set(field.getKey(), field.getValue());
                            }
                        });
        if (isNullable(node)) {
            result.set("type", node.get("type").get(0));
        }
        if (node.path("examples").size() > 0) {
            result.set("example", node.get("examples").get(0));
        }
        if (node.get("properties") instanceof ObjectNode properties) {
            ObjectNode converted = result.putObject("properties");
            properties
                    .properties()
                    .forEach(
                            field ->
                                    converted.set(
                                            field.getKey(),
                                            convert((ObjectNode) field.getValue())));
        }
        for (String keyword : List.of("items", "additionalProperties")) {
            if (node.get(keyword) instanceof ObjectNode element) {
                result.set(keyword, convert(element));
            }
        }
        return result.setAll(combinations(node));
    }

    /** Returns the conditions of a node, which say nothing but which fields go together. */
    private static ObjectNode combinations(ObjectNode node) {
        ObjectNode result = Nodes.object();
        for (String keyword : COMBINATIONS) {
            for (JsonNode each : node.path(keyword)) {
                result.withArray(keyword).add(condition((ObjectNode) each));
            }
        }
        if (node.get("not") instanceof ObjectNode not) {
            result.set("not", condition(not));
        }
        return result;
    }

    private static ObjectNode condition(ObjectNode node) {
        ObjectNode result = Nodes.object();
        node.properties()
                .forEach(
                        field -> {
                            if (CONDITIONS.contains(field.getKey())) {
                                result.set(field.getKey(), field.getValue());
                            }
                        });
        return result.setAll(combinations(node));
    }

    /** Returns the fields that each object has, and that are a text or a number. */
    static List<String> requiredScalars(ObjectNode spec) {
        List<String> names = new ArrayList<>();
        if (spec.get("required") instanceof ArrayNode required) {
            for (JsonNode each : required) {
                String type = spec.path("properties").path(each.asText()).path("type").asText();
                if (Set.of("string", "integer", "number", "boolean").contains(type)) {
                    names.add(each.asText());
                }
            }
        }
        return names;
    }
}

package io.opensergo.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.opensergo.console.internal.api.Api;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The API's own description, to hold answers against. */
final class OpenApiDocument {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private static final JsonNode DOCUMENT = read();

    private OpenApiDocument() {}

    private static JsonNode read() {
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            return JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode tree() {
        return DOCUMENT;
    }

    /** Returns each operation as {@code GET /api/v1/rules}. */
    static Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : DOCUMENT.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                operations.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
            }
        }
        return operations;
    }

    /** Returns what is wrong with an answer; nothing if the document describes it. */
    static List<String> errors(String method, String path, int status, String body) {
        JsonNode operation = DOCUMENT.get("paths").path(path).path(method.toLowerCase(Locale.ROOT));
        if (operation.isMissingNode()) {
            return List.of();
        }
        JsonNode response = resolve(operation.get("responses").path(Integer.toString(status)));
        if (response.isMissingNode()) {
            return List.of(method + " " + path + " is not said to answer " + status + ": " + body);
        }
        JsonNode content = response.path("content");
        if (content.isMissingNode()) {
            return body.isEmpty() ? List.of() : List.of("unexpected body: " + body);
        }
        return validate(content.elements().next().get("schema"), body);
    }

    private static JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? DOCUMENT.at(node.get("$ref").asText().substring(1)) : node;
    }

    private static List<String> validate(JsonNode schema, String body) {
        ObjectNode whole = JSON.createObjectNode();
        whole.setAll((ObjectNode) schema);
        whole.set("components", DOCUMENT.get("components"));
        try {
            List<String> errors = new ArrayList<>();
            for (Error error : REGISTRY.getSchema(whole).validate(JSON.readTree(body))) {
                errors.add(error + " in " + body);
            }
            return errors;
        } catch (IOException e) {
            return List.of("no JSON: " + body);
        }
    }
}

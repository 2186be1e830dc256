package io.opensergo.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Holds documents against the schemas and against the strict reader. */
final class Schemas {

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7);
    private static final Schema ALL = REGISTRY.getSchema(RuleSchemas.all());
    private static final Map<RuleKind<?>, Schema> BY_KIND = new HashMap<>();
    private static final Map<RuleKind<?>, Schema> CRDS = new HashMap<>();

    static {
        RuleKinds.standard()
                .all()
                .forEach(
                        kind -> {
                            BY_KIND.put(kind, REGISTRY.getSchema(RuleSchemas.of(kind)));
                            String crd = withTypesOfNull(structural(kind)).toString();
                            CRDS.put(kind, REGISTRY.getSchema(crd));
                        });
    }

    private Schemas() {}

    /** Returns what an API server that knows a kind by its CRD has against a document. */
    static List<Error> errorsOfApply(RuleKind<?> kind, JsonNode document) {
        return CRDS.get(kind).validate(document);
    }

    /** Returns the schema in a CRD. */
    static ObjectNode structural(RuleKind<?> kind) {
        return (ObjectNode)
                tree(RuleSchemas.crd(kind)).at("/spec/versions/0/schema/openAPIV3Schema");
    }

    /** A validator of JSON Schema does not know {@code nullable}. */
    private static JsonNode withTypesOfNull(JsonNode node) {
        if (node instanceof ObjectNode object) {
            JsonNode type = object.get("type");
            if (object.path("nullable").asBoolean() && type != null) {
                object.putArray("type").add(type).add("null");
            }
            object.remove(
                    List.of(
                            "nullable",
                            "example",
                            "x-kubernetes-list-type",
                            "x-kubernetes-list-map-keys",
                            "x-kubernetes-preserve-unknown-fields"));
        }
        node.forEach(Schemas::withTypesOfNull);
        return node;
    }

    static JsonNode tree(String yaml) {
        try {
            return new YAMLMapper().readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Returns what the schema of a kind has against a document. */
    static List<Error> errors(RuleKind<?> kind, JsonNode document) {
        return BY_KIND.get(kind).validate(document);
    }

    /** Returns what the schema of all kinds has against a document. */
    static List<Error> errors(JsonNode document) {
        return ALL.validate(document);
    }

    /** Returns what the strict reader has against a document. */
    static List<Problem> problems(JsonNode document) {
        return RuleReader.strict().read(document, "document").problems();
    }
}

package io.opensergo.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
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

    static {
        RuleKinds.standard()
                .all()
                .forEach(kind -> BY_KIND.put(kind, REGISTRY.getSchema(RuleSchemas.of(kind))));
    }

    private Schemas() {}

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

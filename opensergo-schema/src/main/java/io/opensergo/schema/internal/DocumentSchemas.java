package io.opensergo.schema.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import io.opensergo.rules.RuleKind;
import java.util.List;

/**
 * Schemas of whole documents: the envelope around what {@link RuleDefinitions} says of a kind's
 * spec.
 */
final class DocumentSchemas {

    private static final String DEFINITIONS = "definitions";
    private static final int MAX_NAME_LENGTH = 1024;

    /** Fields of Kubernetes' object metadata, which the reader passes over. */
    private static final List<String> KUBERNETES_METADATA =
            List.of(
                    "creationTimestamp",
                    "deletionGracePeriodSeconds",
                    "deletionTimestamp",
                    "finalizers",
                    "generateName",
                    "generation",
                    "managedFields",
                    "ownerReferences",
                    "resourceVersion",
                    "selfLink",
                    "uid");

    private DocumentSchemas() {}

    /** Returns the schema of the documents of one kind. */
    static ObjectNode of(RuleKind<?> kind) {
        SchemaBuilder builder = builder();
        ObjectNode document = document(kind, builder);
        ObjectNode schema = root("OpenSergo " + kind.name());
        schema.setAll(document);
        schema.set(DEFINITIONS, builder.collectDefinitions(DEFINITIONS));
        return schema;
    }

    /**
     * Returns the schema of a document of any of some kinds, chosen by what it says its kind is.
     */
    static ObjectNode ofAny(List<RuleKind<?>> kinds) {
        SchemaBuilder builder = builder();
        ObjectNode schema = root("OpenSergo rule");
        schema.put("type", "object");
        ArrayNode names = schema.putObject("properties").putObject("kind").putArray("enum");
        schema.putArray("required").add("apiVersion").add("kind");
        ArrayNode choices = schema.putArray("allOf");
        for (RuleKind<?> kind : kinds) {
            names.add(kind.name());
            ObjectNode choice = choices.addObject();
            ObjectNode condition = choice.putObject("if");
            condition.putObject("properties").putObject("kind").put("const", kind.name());
            condition.putArray("required").add("kind");
            choice.set("then", document(kind, builder));
        }
        schema.set(DEFINITIONS, builder.collectDefinitions(DEFINITIONS));
        return schema;
    }

    private static SchemaBuilder builder() {
        var config =
                new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_7, OptionPreset.PLAIN_JSON);
        config.with(Option.DEFINITIONS_FOR_ALL_OBJECTS);
        config.forTypesInGeneral().withCustomDefinitionProvider(new RuleDefinitions());
        return new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
    }

    private static ObjectNode root(String title) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("title", title);
        return schema;
    }

    private static ObjectNode document(RuleKind<?> kind, SchemaBuilder builder) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("type", "object");
        ObjectNode properties = document.putObject("properties");
        properties.putObject("apiVersion").put("const", kind.apiVersion());
        properties.putObject("kind").put("const", kind.name());
        properties.set("metadata", metadata());
        properties.set("spec", builder.createSchemaReference(kind.type()));
        properties.putObject("status");
        document.putArray("required").add("apiVersion").add("kind").add("metadata").add("spec");
        document.put("additionalProperties", false);
        return document;
    }

    private static ObjectNode metadata() {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.put("type", "object");
        ObjectNode properties = metadata.putObject("properties");
        name(
                properties.putObject("name"),
                "The name of the rule; other rules refer to it by this name.");
        name(
                properties.putObject("namespace"),
                "The namespace of the rule; 'default' if left out.");
        ObjectNode labels = texts(properties.putObject("labels"), "Labels.");
        name(
                labels.putObject("properties").putObject("app"),
                "The application that the rule is bound to.");
        texts(properties.putObject("annotations"), "Free annotations.");
        KUBERNETES_METADATA.forEach(properties::putObject);
        metadata.putArray("required").add("name");
        metadata.put("additionalProperties", false);
        return metadata;
    }

    private static void name(ObjectNode text, String description) {
        text.put("type", "string").put("description", description);
        text.put("minLength", 1).put("maxLength", MAX_NAME_LENGTH);
    }

    private static ObjectNode texts(ObjectNode object, String description) {
        object.put("type", "object").put("description", description);
        object.putObject("additionalProperties").put("type", "string");
        return object;
    }
}

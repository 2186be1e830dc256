package io.opensergo.schema.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.generator.impl.DefinitionKey;
import com.github.victools.jsonschema.generator.naming.SchemaDefinitionNamingStrategy;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleReader;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** The schemas of whole documents. */
final class DocumentSchemas {

    private static final String DEFINITIONS = "definitions";
    private static final String METADATA = "Metadata";
    private static final int MAX_NAME_LENGTH = 1024;

    private DocumentSchemas() {}

    /** Returns the schema of the documents of one kind. */
    static ObjectNode of(RuleKind<?> kind) {
        SchemaBuilder builder = builder();
        ObjectNode document = document(kind, builder);
        ObjectNode schema = start().put("title", kind.name());
        schema.setAll(document);
        ObjectNode definitions = schema.putObject(DEFINITIONS);
        definitions.set(METADATA, metadata());
        definitions.setAll(builder.collectDefinitions(DEFINITIONS));
        return schema;
    }

    /**
     * Returns the schema of the documents of any of these kinds.
     *
     * <p>It chooses with {@code if} and {@code then}, so that an editor completes and complains
     * with the fields of that kind alone.
     */
    static ObjectNode of(Collection<RuleKind<?>> kinds) {
        SchemaBuilder builder = builder();
        ObjectNode schema = start().put("title", "OpenSergo rule").put("type", "object");
        var apiVersions = new TreeSet<String>();
        kinds.forEach(kind -> apiVersions.add(kind.apiVersion()));
        List<String> names = kinds.stream().map(RuleKind::name).toList();
        ObjectNode properties = schema.putObject("properties");
        properties.set("apiVersion", Nodes.choice(apiVersions));
        properties.set("kind", Nodes.choice(names));
        properties.set("metadata", Nodes.reference(METADATA));
        properties.set("spec", Nodes.type("object"));
        properties.set("status", status());
        schema.set("required", Nodes.texts(List.of("apiVersion", "kind", "metadata", "spec")));
        schema.put("additionalProperties", false);
        ArrayNode choices = schema.putArray("allOf");
        ObjectNode definitions = schema.putObject(DEFINITIONS);
        for (RuleKind<?> kind : kinds) {
            ObjectNode condition = Nodes.required("kind");
            condition.putObject("properties").set("kind", Nodes.constant(kind.name()));
            ObjectNode choice = choices.addObject();
            choice.set("if", condition);
            choice.set("then", Nodes.reference(kind.name()));
            add(definitions, kind.name(), document(kind, builder));
        }
        add(definitions, METADATA, metadata());
        builder.collectDefinitions(DEFINITIONS)
                .properties()
                .forEach(entry -> add(definitions, entry.getKey(), (ObjectNode) entry.getValue()));
        return schema;
    }

    private static void add(ObjectNode definitions, String name, ObjectNode definition) {
        if (definitions.replace(name, definition) != null) {
            throw new IllegalArgumentException(
                    "two kinds, or what they are made of, are named "
                            + name
                            + ": name the record of your own otherwise");
        }
    }

    private static ObjectNode start() {
        return Nodes.object().put("$schema", SchemaVersion.DRAFT_7.getIdentifier());
    }

    private static SchemaBuilder builder() {
        var config =
                new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_7, OptionPreset.PLAIN_JSON);
        config.forTypesInGeneral()
                .withCustomDefinitionProvider(new RecordDefinitions())
                .withDefinitionNamingStrategy(new NestedNames());
        return new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
    }

    private static ObjectNode document(RuleKind<?> kind, SchemaBuilder builder) {
        ObjectNode node = Nodes.type("object");
        ObjectNode properties = node.putObject("properties");
        properties.set("apiVersion", Nodes.constant(kind.apiVersion()));
        properties.set("kind", Nodes.constant(kind.name()));
        properties.set("metadata", Nodes.reference(METADATA));
        properties.set("spec", builder.createSchemaReference(kind.type()));
        properties.set("status", status());
        node.set("required", Nodes.texts(List.of("apiVersion", "kind", "metadata", "spec")));
        return node.put("additionalProperties", false);
    }

    private static ObjectNode status() {
        return Nodes.object().put("description", "Ignored.");
    }

    private static ObjectNode metadata() {
        ObjectNode node = Nodes.type("object");
        node.put("description", "Identifies the rule and binds it to an application.");
        ObjectNode properties = node.putObject("properties");
        properties.set(
                "name",
                Nodes.name(MAX_NAME_LENGTH)
                        .put(
                                "description",
                                "The name of the rule; other rules refer to it by this name."));
        properties.set(
                "namespace",
                Nodes.nullable(Nodes.type("string").put("maxLength", MAX_NAME_LENGTH))
                        .put(
                                "description",
                                "The namespace of the rule; 'default' if left out or empty."));
        ObjectNode labels =
                texts().put("description", "Labels; 'app' binds the rule to an application.");
        labels.putObject("properties")
                .set(
                        "app",
                        Nodes.name(MAX_NAME_LENGTH)
                                .put("description", "The application that gets the rule."));
        properties.set("labels", labels);
        properties.set("annotations", annotations());
        for (String field : RuleReader.IGNORED_METADATA_FIELDS) {
            properties.set(field, Nodes.object().put("description", "Of Kubernetes; ignored."));
        }
        node.putArray("required").add("name");
        return node.put("additionalProperties", false);
    }

    private static ObjectNode annotations() {
        ObjectNode node = texts().put("description", "Free annotations.");
        ObjectNode mode = Nodes.type("string").put("description", "How the rule is applied.");
        mode.set("enum", Nodes.texts(List.of(Metadata.ENFORCE_MODE, Metadata.SHADOW_MODE)));
        node.putObject("properties").set(Metadata.MODE_ANNOTATION, mode);
        return node;
    }

    private static ObjectNode texts() {
        ObjectNode node = Nodes.nullable(Nodes.type("object"));
        return node.set("additionalProperties", Nodes.type("string"));
    }

    /**
     * Names a definition as its class is named, with the classes around it: {@code Shadow.Table}.
     */
    private static final class NestedNames implements SchemaDefinitionNamingStrategy {

        @Override
        public String getDefinitionNameForKey(DefinitionKey key, SchemaGenerationContext context) {
            Class<?> type = key.getType().getErasedType();
            Class<?> around = type.getEnclosingClass();
            return around == null
                    ? type.getSimpleName()
                    : around.getSimpleName() + "." + type.getSimpleName();
        }
    }
}

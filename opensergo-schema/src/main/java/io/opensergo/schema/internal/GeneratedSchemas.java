package io.opensergo.schema.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.opensergo.rules.RuleKind;
import java.util.Collection;

/** Schemas as texts, generated from the records: when this module is built, or of own kinds. */
public final class GeneratedSchemas {

    private static final ObjectWriter WRITER =
            new ObjectMapper()
                    .writer(
                            new DefaultPrettyPrinter()
                                    .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                                    .withArrayIndenter(new DefaultIndenter("  ", "\n")));

    private static final ObjectWriter YAML =
            YAMLMapper.builder()
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .build()
                    .writer();

    private GeneratedSchemas() {}

    /** Returns the schema of the documents of one kind. */
    public static String of(RuleKind<?> kind) {
        return text(DocumentSchemas.of(kind));
    }

    /** Returns the schema of the documents of any of these kinds. */
    public static String of(Collection<RuleKind<?>> kinds) {
        return text(DocumentSchemas.of(kinds));
    }

    /** Returns the CRD of a kind, as YAML. */
    public static String crdOf(RuleKind<?> kind) {
        try {
            return YAML.writeValueAsString(CustomResources.of(kind));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree cannot be written", e);
        }
    }

    private static String text(JsonNode schema) {
        try {
            return WRITER.writeValueAsString(schema) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree cannot be written", e);
        }
    }
}

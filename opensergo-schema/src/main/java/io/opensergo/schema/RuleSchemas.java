package io.opensergo.schema;

import io.opensergo.rules.RuleKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The JSON Schemas of rule documents, made from the rule records when this library was built. */
public final class RuleSchemas {

    private RuleSchemas() {}

    /**
     * Returns the schema of the documents of one kind, as JSON text.
     *
     * @throws IllegalArgumentException if the kind is not one of the specification
     */
    public static String of(RuleKind<?> kind) {
        return read(kind.name() + ".schema.json", "there is no schema of kind " + kind);
    }

    /** Returns the schema of a document of any kind of the specification, as JSON text. */
    public static String all() {
        return read("opensergo.schema.json", "the schema of every kind is missing");
    }

    private static String read(String resource, String ifMissing) {
        try (InputStream in = RuleSchemas.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException(ifMissing);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }
}

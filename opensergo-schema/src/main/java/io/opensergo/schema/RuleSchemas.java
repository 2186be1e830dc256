package io.opensergo.schema;

import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The JSON Schemas (draft-07) of rule documents.
 *
 * <p>A line at the top of a YAML file turns one on in editors that use yaml-language-server:
 *
 * <pre>{@code # yaml-language-server: $schema=opensergo.schema.json}</pre>
 */
public final class RuleSchemas {

    private RuleSchemas() {}

    /**
     * Returns the schema of the documents of a kind.
     *
     * @throws IllegalArgumentException if the kind is none of the specification
     */
    public static String of(RuleKind<?> kind) {
        if (!RuleKinds.standard().all().contains(kind)) {
            throw new IllegalArgumentException("there is no schema of kind " + kind);
        }
        return read(kind.name() + ".schema.json");
    }

    /** Returns the schema of the documents of every kind, which tells them apart by themselves. */
    public static String all() {
        return read("opensergo.schema.json");
    }

    private static String read(String name) {
        try (InputStream in = RuleSchemas.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the library lacks its resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + name, e);
        }
    }
}

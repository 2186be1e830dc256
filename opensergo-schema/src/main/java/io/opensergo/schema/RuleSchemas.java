package io.opensergo.schema;

import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.schema.internal.GeneratedSchemas;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The JSON Schemas (draft-07) of rule documents, and the CRDs that are made of them.
 *
 * <p>A line at the top of a YAML file turns one on in editors that use yaml-language-server:
 *
 * <pre>{@code # yaml-language-server: $schema=opensergo.schema.json}</pre>
 */
public final class RuleSchemas {

    private RuleSchemas() {}

    /**
     * Returns the schema of the documents of a kind. One of a kind that is not the specification's
     * is generated now, from its record; for that {@code com.github.victools:jsonschema-generator}
     * has to be on the class path.
     *
     * @throws IllegalArgumentException if documents cannot be read into the kind's record, or the
     *     specification has another kind of that name
     * @throws IllegalStateException if the generator is needed and missing
     */
    public static String of(RuleKind<?> kind) {
        return isStandard(RuleKinds.standard().with(kind))
                ? read(kind.name() + ".schema.json")
                : generated(() -> GeneratedSchemas.of(kind));
    }

    /** Returns the schema of the documents of every kind, which tells them apart by themselves. */
    public static String all() {
        return read("opensergo.schema.json");
    }

    /**
     * Returns the schema of the documents of any of these kinds, which tells them apart by
     * themselves. If one is not the specification's, it is generated now, as {@link #of} does.
     *
     * @throws IllegalArgumentException if two kinds, or what they are made of, have one short name
     * @throws IllegalStateException if the generator is needed and missing
     */
    public static String all(RuleKinds kinds) {
        return isStandard(kinds) ? all() : generated(() -> GeneratedSchemas.of(kinds.all()));
    }

    /**
     * Returns the CustomResourceDefinition of a kind, as YAML, by which a Kubernetes cluster knows
     * it: {@code kubectl apply} takes it. Its schema is {@link #of} as far as a structural schema
     * can say it. One of a kind that is not the specification's is generated now, as {@link #of}
     * does.
     *
     * @throws IllegalArgumentException as {@link #of} does
     * @throws IllegalStateException if the generator is needed and missing
     */
    public static String crd(RuleKind<?> kind) {
        return isStandard(RuleKinds.standard().with(kind))
                ? read(kind.name() + ".crd.yaml")
                : generated(() -> GeneratedSchemas.crdOf(kind));
    }

    /**
     * Returns the CustomResourceDefinitions of kinds, one after another.
     *
     * @throws IllegalStateException if the generator is needed and missing
     */
    public static String crds(RuleKinds kinds) {
        return kinds.all().stream().map(RuleSchemas::crd).collect(Collectors.joining("---\n"));
    }

    private static boolean isStandard(RuleKinds kinds) {
        return kinds.all().equals(RuleKinds.standard().all());
    }

    private static String generated(Supplier<String> generation) {
        try {
            return generation.get();
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "a schema of a kind of your own needs com.github.victools:jsonschema-generator"
                            + " on the class path, which lacks "
                            + e.getMessage(),
                    e);
        }
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

package io.opensergo.rules;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The example documents, one for each kind of the specification, for the tests of every module. */
public final class Examples {

    private Examples() {}

    /** Returns the example of a kind as YAML. */
    public static String of(RuleKind<?> kind) {
        try (InputStream in = Examples.class.getResourceAsStream("spec/" + kind.name() + ".yaml")) {
            if (in == null) {
                throw new IllegalArgumentException("no example of " + kind);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

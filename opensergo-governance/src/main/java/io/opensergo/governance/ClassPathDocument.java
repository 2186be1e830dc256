package io.opensergo.governance;

import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Reads rule documents that are resources on the class path. */
final class ClassPathDocument {

    private ClassPathDocument() {}

    static ReadResult read(String name) {
        String path = name.startsWith("/") ? name.substring(1) : name;
        try (InputStream in = open(path)) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "there is no resource '"
                                + path
                                + "' on the class path: name it from the root, as in"
                                + " 'rules/orders.yaml'");
            }
            return RuleReader.strict()
                    .withKinds(RuleKinds.installed())
                    .read(in, "classpath:" + path);
        } catch (IOException e) {
            throw new UncheckedIOException("the resource '" + path + "' cannot be read", e);
        }
    }

    private static @Nullable InputStream open(String path) {
        ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = ofThread == null ? ClassPathDocument.class.getClassLoader() : ofThread;
        return loader.getResourceAsStream(path);
    }
}

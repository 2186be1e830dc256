package io.opensergo.api;

import io.opensergo.rules.Metadata;

/**
 * An application whose rules are wanted.
 *
 * @param namespace the namespace of the rules, not empty
 * @param app the application the rules are bound to, not empty
 */
public record Target(String namespace, String app) {

    public Target {
        requireText(namespace, "namespace");
        requireText(app, "app");
    }

    /** Returns an application in a namespace. */
    public static Target of(String namespace, String app) {
        return new Target(namespace, app);
    }

    /** Returns an application in the namespace {@value Metadata#DEFAULT_NAMESPACE}. */
    public static Target of(String app) {
        return new Target(Metadata.DEFAULT_NAMESPACE, app);
    }

    private static void requireText(String value, String name) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " of a target must not be empty");
        }
    }

    /** Returns {@code namespace/app}. */
    @Override
    public String toString() {
        return namespace + "/" + app;
    }
}

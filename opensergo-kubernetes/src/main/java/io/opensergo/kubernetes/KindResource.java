package io.opensergo.kubernetes;

import io.opensergo.rules.RuleKind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A kind as the API server serves it.
 *
 * @param kind the kind
 * @param plural its name in paths, such as {@code ratelimitstrategies}
 */
record KindResource(RuleKind<?> kind, String plural) {

    /** Returns {@code <group>} of {@code <group>/<version>}. */
    static String group(RuleKind<?> kind) {
        return kind.apiVersion().substring(0, kind.apiVersion().indexOf('/'));
    }

    /** Returns the path of the objects in a namespace, or in all of them. */
    String path(@Nullable String namespace) {
        return "/apis/"
                + kind.apiVersion()
                + (namespace == null ? "" : "/namespaces/" + encoded(namespace))
                + "/"
                + plural;
    }

    /** Returns the kind and where it is looked for, for messages. */
    String describe(@Nullable String namespace) {
        return kind.name() + (namespace == null ? "" : " in namespace " + namespace);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}

package io.opensergo.proto;

import io.opensergo.rules.Metadata;
import java.util.Map;

/**
 * What the rules of one push share: their namespace and, in a map that all of them share, the label
 * of their application.
 */
record SharedMetadata(String namespace, Map<String, String> labels) {

    static SharedMetadata of(String namespace, String app) {
        return new SharedMetadata(
                namespace, app.isEmpty() ? Map.of() : Map.of(Metadata.APP_LABEL, app));
    }

    Metadata named(String name) {
        return Metadata.builder().name(name).namespace(namespace).labels(labels).build();
    }
}

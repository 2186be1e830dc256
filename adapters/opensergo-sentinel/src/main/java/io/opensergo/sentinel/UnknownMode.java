package io.opensergo.sentinel;

import io.opensergo.rules.Metadata;
import java.util.HashMap;
import java.util.Map;

/** A mode annotation that nobody knows: the rule is enforced, and its mode reported. */
final class UnknownMode {

    private UnknownMode() {}

    static boolean is(Metadata metadata) {
        return metadata.annotations().containsKey(Metadata.MODE_ANNOTATION) && !metadata.isShadow();
    }

    /** Returns the metadata without it. */
    static Metadata removeFrom(Metadata metadata) {
        if (!is(metadata)) {
            return metadata;
        }
        Map<String, String> annotations = new HashMap<>(metadata.annotations());
        annotations.remove(Metadata.MODE_ANNOTATION);
        return new Metadata(metadata.name(), metadata.namespace(), metadata.labels(), annotations);
    }
}

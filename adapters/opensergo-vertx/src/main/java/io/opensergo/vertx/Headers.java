package io.opensergo.vertx;

import io.vertx.core.MultiMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Headers as rules look at them. */
final class Headers {

    private Headers() {}

    /** Returns the values of a header, joined by commas; {@code null} if it is not there. */
    static @Nullable String value(MultiMap headers, String name) {
        String first = headers.get(name);
        if (first == null) {
            return null;
        }
        List<String> all = headers.getAll(name);
        return all.size() == 1 ? first : String.join(",", all);
    }
}

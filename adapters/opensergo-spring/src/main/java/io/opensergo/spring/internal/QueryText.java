package io.opensergo.spring.internal;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The query of a URI as text. */
public final class QueryText {

    private QueryText() {}

    /** Returns the first value of a name, decoded; {@code null} if it is not there. */
    public static @Nullable String value(@Nullable String query, String name) {
        if (query == null) {
            return null;
        }
        for (int start = 0; start <= query.length(); ) {
            int next = query.indexOf('&', start);
            int end = next < 0 ? query.length() : next;
            int equals = query.indexOf('=', start);
            int endOfName = equals < 0 || equals > end ? end : equals;
            if (decoded(query.substring(start, endOfName)).equals(name)) {
                return endOfName == end ? "" : decoded(query.substring(endOfName + 1, end));
            }
            start = end + 1;
        }
        return null;
    }

    /** What is encoded wrongly is taken as it is. */
    private static String decoded(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}

package io.opensergo.vertx;

import io.netty.handler.codec.http.QueryStringDecoder;
import org.jspecify.annotations.Nullable;

/** Reads a parameter from the text of a query, without taking the others apart. */
final class QueryText {

    private QueryText() {}

    /**
     * Returns the decoded value of the first parameter of a name; an empty text if it has none,
     * {@code null} if there is no such parameter. What is not encoded properly is returned as it
     * is.
     *
     * @param from where the query begins
     */
    static @Nullable String value(String text, int from, String name) {
        int end = text.indexOf('#', from);
        int length = end < 0 ? text.length() : end;
        for (int start = from; start < length; ) {
            int next = indexOf(text, '&', start, length);
            int equals = indexOf(text, '=', start, next);
            if (isName(text, start, equals, name)) {
                return equals == next ? "" : decoded(text.substring(equals + 1, next));
            }
            start = next + 1;
        }
        return null;
    }

    private static boolean isName(String text, int start, int end, String name) {
        if (end - start == name.length() && text.startsWith(name, start)) {
            return true;
        }
        return isEncoded(text, start, end) && decoded(text.substring(start, end)).equals(name);
    }

    private static boolean isEncoded(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (text.charAt(i) == '%' || text.charAt(i) == '+') {
                return true;
            }
        }
        return false;
    }

    private static String decoded(String text) {
        try {
            return QueryStringDecoder.decodeComponent(text);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private static int indexOf(String text, char c, int from, int end) {
        int found = text.indexOf(c, from);
        return found < 0 || found > end ? end : found;
    }
}

package io.opensergo.governance.action;

import org.jspecify.annotations.Nullable;

/**
 * Gives a request another path before it is forwarded: the part that a prefix of the condition
 * matched is replaced, and without one the whole path. Where the parts meet, there is one slash.
 * Immutable.
 *
 * @param replacement the new prefix, or the new path
 * @param prefix the prefix that the condition matched, or {@code null}
 */
public record PathRewrite(String replacement, @Nullable String prefix) {

    /**
     * Returns the new path.
     *
     * @param path the path, with its query string or without; that is kept
     */
    public String apply(String path) {
        int query = path.indexOf('?');
        int end = query < 0 ? path.length() : query;
        if (prefix == null || prefix.length() > end) {
            return replacement + path.substring(end);
        }
        String rest = path.substring(prefix.length(), end);
        return join(rest) + path.substring(end);
    }

    private String join(String rest) {
        if (replacement.endsWith("/") && rest.startsWith("/")) {
            return replacement + rest.substring(1);
        }
        boolean isInside = prefix != null && prefix.endsWith("/") && !rest.isEmpty();
        return isInside && !replacement.endsWith("/")
                ? replacement + '/' + rest
                : replacement + rest;
    }

    /** Returns for example {@code prefix /api to /v2}. */
    @Override
    public String toString() {
        return (prefix == null ? "the path" : "the prefix " + prefix) + " to " + replacement;
    }
}

package io.opensergo.grpc;

import io.grpc.Metadata;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Metadata as rules look at it: texts, by names that HTTP allows. */
final class Headers {

    /** There are as many as rules name, and nobody else; so many only over a long time. */
    private static final int MAX_KEPT = 1_000;

    private static final Map<String, Metadata.Key<String>> KEPT = new ConcurrentHashMap<>();

    private Headers() {}

    /** Returns the key of a name in any case; {@code null} if metadata has no texts under it. */
    static Metadata.@Nullable Key<String> key(String name) {
        Metadata.Key<String> kept = KEPT.get(name);
        if (kept != null) {
            return kept;
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (!isName(lower)) {
            return null;
        }
        Metadata.Key<String> made = Metadata.Key.of(lower, Metadata.ASCII_STRING_MARSHALLER);
        if (KEPT.size() < MAX_KEPT) {
            KEPT.put(name, made);
        }
        return made;
    }

    /** Names that end so are of bytes. */
    private static boolean isName(String lower) {
        return !lower.isEmpty()
                && !lower.endsWith(Metadata.BINARY_HEADER_SUFFIX)
                && lower.chars().allMatch(Headers::isOfName);
    }

    private static boolean isOfName(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    }

    /** Returns whether metadata can hold a text as it is. */
    static boolean isValue(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    /** Returns whether a header is gRPC's or HTTP's own. */
    static boolean isReserved(Metadata.Key<String> key) {
        String name = key.name();
        return name.startsWith("grpc-")
                || switch (name) {
                    case "connection",
                            "content-encoding",
                            "content-length",
                            "content-type",
                            "te",
                            "trailer",
                            "transfer-encoding",
                            "upgrade" ->
                            true;
                    default -> false;
                };
    }

    /** Returns the values of a header, joined by commas; {@code null} if it is not there. */
    static @Nullable String value(Metadata headers, String name) {
        Metadata.Key<String> key = key(name);
        Iterable<String> all = key == null ? null : headers.getAll(key);
        if (all == null) {
            return null;
        }
        Iterator<String> values = all.iterator();
        String first = values.next();
        return values.hasNext() ? String.join(",", all) : first;
    }

    /** Replaces what is there; does nothing under a name that metadata does not allow. */
    static void set(Metadata headers, String name, String value) {
        Metadata.Key<String> key = key(name);
        if (key != null) {
            headers.discardAll(key);
            headers.put(key, value);
        }
    }
}

package io.opensergo.spring.internal;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.governance.routing.TrafficColour;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The guards of outgoing calls. They are kept, up to a bound: whoever calls more hosts than that,
 * or writes values into templates, gets a new guard for each call beyond it, which does the same.
 */
public final class CallGuards {

    private static final int MAX_KEPT = 10_000;

    private final Governor governor;
    private final Predicate<String> isExcluded;
    private final Map<Key, Guard> kept = new ConcurrentHashMap<>();

    /** Makes the guards of a governor; hosts that are excluded have none. */
    public CallGuards(Governor governor, Predicate<String> isExcluded) {
        this.governor = governor;
        this.isExcluded = isExcluded;
    }

    private record Key(String method, String host, @Nullable String template) {}

    /** Returns the guard of a call, or {@code null} if its host is excluded. */
    public @Nullable Guard guard(String method, URI uri, @Nullable String template) {
        String host = uri.getHost() == null ? "*" : uri.getHost();
        if (isExcluded.test(host)) {
            return null;
        }
        var key = new Key(method, host, template);
        Guard guard = kept.get(key);
        if (guard != null) {
            return guard;
        }
        return kept.size() >= MAX_KEPT ? added(key) : kept.computeIfAbsent(key, this::added);
    }

    private Guard added(Key key) {
        String path = key.template == null ? "" : path(key.template);
        return governor.guard(key.method + ":" + key.host + path, TrafficDirection.OUTBOUND);
    }

    /** Returns a template without scheme, authority, query and fragment. */
    static String path(String template) {
        int scheme = template.indexOf("://");
        int start = scheme < 0 ? 0 : template.indexOf('/', scheme + 3);
        if (start < 0) {
            return "";
        }
        int end = template.length();
        int braces = 0;
        for (int i = start; i < template.length(); i++) {
            char c = template.charAt(i);
            braces += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (braces == 0 && (c == '?' || c == '#')) {
                end = i;
                break;
            }
        }
        String path = template.substring(start, end);
        return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
    }

    /**
     * Writes a colour to the headers of a call, which keeps one that the application gave it;
     * returns the colour.
     */
    public @Nullable TrafficColour carry(
            @Nullable TrafficColour ofRequest,
            String method,
            URI uri,
            HttpHeaders headers,
            BiConsumer<String, String> setHeader) {
        var lanes = governor.lanes();
        TrafficColour colour =
                ofRequest == null ? lanes.colour(new HttpView(method, uri, headers)) : ofRequest;
        if (colour != null) {
            lanes.carry(colour, headers.getFirst("baggage"), setHeader);
        }
        return colour;
    }
}

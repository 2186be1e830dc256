package io.opensergo.spring.internal;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The guards of a server, by method and pattern; there are no more than the application declares,
 * since methods that HTTP does not define count as {@code *}.
 */
public final class ServerGuards {

    private static final Map<String, String> METHODS =
            Map.of(
                    "GET", "GET", "HEAD", "HEAD", "POST", "POST", "PUT", "PUT", "PATCH", "PATCH",
                    "DELETE", "DELETE", "OPTIONS", "OPTIONS", "TRACE", "TRACE");

    private final Governor governor;
    private final Predicate<String> isExcluded;
    private final Map<String, Guard> byName = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Guard>> byPattern = new ConcurrentHashMap<>();

    /** Makes the guards of a governor. */
    public ServerGuards(Governor governor, Predicate<String> isExcluded) {
        this.governor = governor;
        this.isExcluded = isExcluded;
    }

    /** Returns whether a pattern is left alone. */
    public boolean isExcluded(String pattern) {
        return isExcluded.test(pattern);
    }

    /** Returns the guard of a pattern. */
    public Guard guard(String method, String pattern) {
        String known = METHODS.getOrDefault(method, "*");
        Map<String, Guard> guards = byPattern.get(pattern);
        Guard guard = guards == null ? null : guards.get(known);
        return guard == null ? added(known, pattern) : guard;
    }

    /** Returns the guard of a resource that is named for any method. */
    public Guard guard(String resource) {
        Guard guard = byName.get(resource);
        return guard == null ? byName.computeIfAbsent(resource, governor::guard) : guard;
    }

    private Guard added(String method, String pattern) {
        return byPattern
                .computeIfAbsent(pattern, added -> new ConcurrentHashMap<>(2))
                .computeIfAbsent(method, added -> governor.guard(method + ":" + pattern));
    }
}

package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The resources of one pattern, one per method. A caller may invent methods; all that HTTP does not
 * define are one, so that nobody can fill the memory with them.
 */
final class PatternResource implements ResourceOfRequest {

    private static final Set<HttpMethod> KNOWN = Set.copyOf(HttpMethod.values());

    private final Governor governor;
    private final String pattern;
    private final Map<HttpMethod, Guard> guards = new ConcurrentHashMap<>();
    private final Guard ofOtherMethods;

    PatternResource(Governor governor, String pattern) {
        this.governor = governor;
        this.pattern = pattern;
        this.ofOtherMethods = governor.guard("*:" + pattern);
    }

    String pattern() {
        return pattern;
    }

    @Override
    public Guard guard(RoutingContext context) {
        HttpMethod method = context.request().method();
        Guard guard = guards.get(method);
        return guard == null ? newGuard(method) : guard;
    }

    private Guard newGuard(HttpMethod method) {
        if (!KNOWN.contains(method)) {
            return ofOtherMethods;
        }
        return guards.computeIfAbsent(
                method, known -> governor.guard(known.name() + ":" + pattern));
    }
}

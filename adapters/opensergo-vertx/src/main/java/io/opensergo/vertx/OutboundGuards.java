package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.TrafficDirection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The guards of what a client requests, by the name of the operation, or else by method and host.
 *
 * <p>They are kept, up to a bound: whoever calls more hosts than that, as a crawler does, gets a
 * new guard for each call to one beyond it, which does the same.
 */
final class OutboundGuards {

    private static final int MAX_KEPT = 10_000;

    private final Governor governor;
    private final Map<String, Guard> byOperation = new ConcurrentHashMap<>();
    private final Map<String, Map<HttpMethod, Guard>> byHost = new ConcurrentHashMap<>();

    OutboundGuards(Governor governor) {
        this.governor = governor;
    }

    Guard guard(RequestOptions request) {
        String operation = request.getTraceOperation();
        return operation == null ? ofHost(request) : ofOperation(operation);
    }

    private Guard ofOperation(String operation) {
        Guard guard = byOperation.get(operation);
        if (guard != null) {
            return guard;
        }
        return byOperation.size() >= MAX_KEPT
                ? newGuard(operation)
                : byOperation.computeIfAbsent(operation, this::newGuard);
    }

    private Guard ofHost(RequestOptions request) {
        String host = request.getHost() == null ? "*" : request.getHost();
        HttpMethod method = request.getMethod();
        Map<HttpMethod, Guard> guards = byHost.get(host);
        Guard guard = guards == null ? null : guards.get(method);
        if (guard != null) {
            return guard;
        }
        if (byHost.size() >= MAX_KEPT) {
            return newGuard(method, host);
        }
        return byHost.computeIfAbsent(host, added -> new ConcurrentHashMap<>())
                .computeIfAbsent(method, added -> newGuard(added, host));
    }

    private Guard newGuard(HttpMethod method, String host) {
        return newGuard(method.name() + ":" + host);
    }

    private Guard newGuard(String resource) {
        return governor.guard(resource, TrafficDirection.OUTBOUND);
    }
}

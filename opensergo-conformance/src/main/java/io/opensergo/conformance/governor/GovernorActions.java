package io.opensergo.conformance.governor;

import io.opensergo.conformance.cases.RouteRequest;
import io.opensergo.governance.action.AttemptResult;
import io.opensergo.governance.action.CrossOrigin;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.FaultPolicy;
import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteDecision;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a route asks for, in the words of the suite, as it becomes of one request. */
final class GovernorActions {

    /** Results that are asked about, by the names that a case has for them. */
    private static final Map<String, AttemptResult> RESULTS = new LinkedHashMap<>();

    static {
        RESULTS.put("409", AttemptResult.http(409));
        RESULTS.put("500", AttemptResult.http(500));
        RESULTS.put("503", AttemptResult.http(503));
        RESULTS.put("connect-failure", AttemptResult.CONNECT_FAILURE);
        RESULTS.put("reset", AttemptResult.RESET);
        RESULTS.put("grpc-14", AttemptResult.grpc(14));
    }

    private final Map<String, String> found = new TreeMap<>();
    private final RouteActions actions;

    private GovernorActions(RouteActions actions) {
        this.actions = actions;
    }

    static Map<String, String> of(RouteDecision decision, RouteRequest request) {
        var words = new GovernorActions(decision.actions());
        words.balancing(decision.group());
        if (decision.actions().isEmpty()) {
            return words.found;
        }
        words.call(request);
        words.headers(request);
        words.faults(decision.actions().faults());
        return words.found;
    }

    private void balancing(@Nullable InstanceGroup group) {
        if (group != null && group.balancing() != null) {
            found.put("loadBalancing", group.balancing().toString());
        }
    }

    private void call(RouteRequest request) {
        if (actions.timeoutNanos() > 0) {
            found.put("timeout", text(actions.timeoutNanos()));
        }
        retries(actions.retries());
        if (actions.rewrite() != null && request.path() != null) {
            found.put("path", actions.rewrite().apply(request.path()));
        }
        if (actions.authority() != null) {
            found.put("authority", actions.authority());
        }
        Mirror mirror = actions.mirror();
        if (mirror != null && mirror.next()) {
            found.put("mirror", mirror.toString());
        }
    }

    private void retries(@Nullable RetryPolicy retries) {
        if (retries == null) {
            return;
        }
        found.put("attempts", Integer.toString(retries.attempts()));
        if (retries.perTryTimeoutNanos() > 0) {
            found.put("perTryTimeout", text(retries.perTryTimeoutNanos()));
        }
        found.put(
                "retriedAfter",
                RESULTS.entrySet().stream()
                        .filter(result -> retries.asksFor(result.getValue()))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.joining(" ")));
    }

    private static String text(long nanos) {
        return Duration.ofNanos(nanos).toMillis() + "ms";
    }

    private void headers(RouteRequest request) {
        String origin = request.headers().get("origin");
        CrossOrigin policy = actions.crossOrigin();
        CrossOrigin allowing = policy != null && policy.allows(origin) ? policy : null;
        if (allowing != null && origin != null) {
            put("preflightHeaders", Map.of(), to -> allowing.answerPreflight(origin, to));
        }
        if (!actions.requestHeaders().isEmpty()) {
            put("requestHeaders", request.headers(), actions.requestHeaders()::applyTo);
        }
        if (allowing != null || !actions.responseHeaders().isEmpty()) {
            put(
                    "responseHeaders",
                    Map.of("server", "backend"),
                    to -> {
                        if (allowing != null && origin != null) {
                            allowing.allowResponse(origin, to);
                        }
                        actions.responseHeaders().applyTo(to);
                    });
        }
    }

    private void put(
            String name, Map<String, String> before, Consumer<HeaderChanges.Target> changes) {
        Map<String, String> headers = new TreeMap<>(before);
        changes.accept(
                new HeaderChanges.Target() {
                    @Override
                    public void remove(String name) {
                        headers.remove(name);
                    }

                    @Override
                    public void set(String name, String value) {
                        headers.put(name, value);
                    }

                    @Override
                    public void add(String name, String value) {
                        headers.merge(name, value, (first, next) -> first + "," + next);
                    }
                });
        found.put(
                name,
                headers.entrySet().stream()
                        .map(header -> header.getKey() + "=" + header.getValue())
                        .collect(Collectors.joining(" ")));
    }

    private void faults(@Nullable FaultPolicy faults) {
        if (faults == null) {
            return;
        }
        long delay = faults.nextDelayNanos();
        if (delay > 0) {
            found.put("delay", text(delay));
        }
        FaultAbort abort = faults.nextAbort();
        if (abort != null && abort.isReset()) {
            found.put("abort", "http2 " + abort.http2Error());
        } else if (abort != null) {
            found.put("abort", "http " + abort.httpStatus() + " grpc " + abort.grpcStatus());
        }
    }
}

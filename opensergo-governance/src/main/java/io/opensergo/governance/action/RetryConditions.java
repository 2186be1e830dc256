package io.opensergo.governance.action;

import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The results after which a rule asks for a retry, by the names that Envoy has for them. */
final class RetryConditions {

    /** What Istio retries on where a rule does not say. */
    private static final List<String> USUAL =
            List.of("connect-failure", "refused-stream", "unavailable", "cancelled", "503");

    private static final int CONFLICT = 409;
    private static final int SERVER_ERRORS = 500;
    private static final int END_OF_STATUSES = 600;

    private final Set<AttemptResult.Kind> kinds = EnumSet.noneOf(AttemptResult.Kind.class);
    private final BitSet http = new BitSet(END_OF_STATUSES);
    private final BitSet grpc = new BitSet();

    private RetryConditions() {}

    /** Compiles names, of which those that cannot be used are reported and left out. */
    static RetryConditions of(List<String> names, Consumer<String> problems) {
        var conditions = new RetryConditions();
        for (String name : names.isEmpty() ? USUAL : names) {
            String reason = conditions.add(name.toLowerCase(Locale.ROOT));
            if (reason != null) {
                problems.accept("cannot retry on '" + name + "', " + reason);
            }
        }
        return conditions;
    }

    /** Adds a condition; returns why it cannot, or {@code null}. */
    private @Nullable String add(String name) {
        switch (name) {
            case "5xx" -> {
                http.set(SERVER_ERRORS, END_OF_STATUSES);
                addAllWithoutResponse();
            }
            case "gateway-error" -> {
                http.set(502, 505);
                addAllWithoutResponse();
            }
            case "reset" -> addAllWithoutResponse();
            case "reset-before-request" -> kinds.add(AttemptResult.Kind.RESET_BEFORE_REQUEST);
            case "connect-failure" -> kinds.add(AttemptResult.Kind.CONNECT_FAILURE);
            case "refused-stream" -> kinds.add(AttemptResult.Kind.REFUSED_STREAM);
            case "retriable-4xx" -> http.set(CONFLICT);
            case "retriable-status-codes" -> {} // the statuses stand beside it
            case "cancelled" -> grpc.set(1);
            case "deadline-exceeded" -> grpc.set(4);
            case "internal" -> grpc.set(13);
            case "resource-exhausted" -> grpc.set(8);
            case "unavailable" -> grpc.set(StatusNames.UNAVAILABLE);
            case "envoy-ratelimited", "retriable-headers", "http3-post-connect-failure" -> {
                return "which only a proxy knows";
            }
            default -> {
                return addStatus(name);
            }
        }
        return null;
    }

    private @Nullable String addStatus(String name) {
        if (!name.matches("[1-5][0-9]{2}")) {
            return "which is neither a condition of Envoy nor an HTTP status";
        }
        http.set(Integer.parseInt(name));
        return null;
    }

    private void addAllWithoutResponse() {
        kinds.add(AttemptResult.Kind.CONNECT_FAILURE);
        kinds.add(AttemptResult.Kind.REFUSED_STREAM);
        kinds.add(AttemptResult.Kind.RESET_BEFORE_REQUEST);
        kinds.add(AttemptResult.Kind.RESET);
        kinds.add(AttemptResult.Kind.TIMED_OUT);
    }

    boolean isEmpty() {
        return kinds.isEmpty() && http.isEmpty() && grpc.isEmpty();
    }

    boolean include(AttemptResult result) {
        return switch (result.kind()) {
            case RESPONSE -> result.status() >= 0 && http.get(result.status());
            case GRPC_STATUS -> result.status() >= 0 && grpc.get(result.status());
            default -> kinds.contains(result.kind());
        };
    }
}

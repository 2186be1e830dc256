package io.opensergo.client;

import io.grpc.Status;
import java.util.Set;

/** How a stream ended, and what that means. */
record StreamEnd(Status status) {

    private static final Set<Status.Code> REFUSALS =
            Set.of(
                    Status.Code.UNAUTHENTICATED,
                    Status.Code.PERMISSION_DENIED,
                    Status.Code.UNIMPLEMENTED);

    /** Returns whether a server answered and will not serve this client until somebody acts. */
    boolean isRefusal() {
        return REFUSALS.contains(status.getCode());
    }

    /** Returns whether the server ended it in good order, as it does before it restarts. */
    boolean isFarewell() {
        return status.isOk() || (says("GOAWAY") && says("NO_ERROR"));
    }

    /** Returns whether the server ended it because keepalive pings came too often for it. */
    boolean isTooManyPings() {
        return says("too_many_pings") || (says("GOAWAY") && says("ENHANCE_YOUR_CALM"));
    }

    /** Returns whether the client ended it over a message that exceeds its limit. */
    boolean isMessageTooLarge() {
        return status.getCode() == Status.Code.RESOURCE_EXHAUSTED
                && says("message exceeds maximum size");
    }

    private boolean says(String word) {
        String description = status.getDescription();
        return description != null && description.contains(word);
    }

    /** Says what happened and what to look at. */
    String explain() {
        String local = LocalProblem.explain(status.getCause());
        if (local != null) {
            return local;
        }
        var text = new StringBuilder(meaning());
        if (status.getDescription() != null) {
            text.append(" (").append(status.getDescription()).append(')');
        }
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        if (root != null) {
            text.append(": ").append(root.getMessage() == null ? root : root.getMessage());
        }
        return text.toString();
    }

    private String meaning() {
        return switch (status.getCode()) {
            case OK -> "the stream ended";
            case UNIMPLEMENTED -> "the server does not speak OpenSergo; check host and port";
            case UNAUTHENTICATED -> "the server does not accept the client's token or certificate";
            case PERMISSION_DENIED -> "the server does not allow this client to connect";
            case RESOURCE_EXHAUSTED ->
                    isTooManyPings()
                            ? "the server wants fewer keepalive pings"
                            : "a limit was exceeded"
                                    + (isMessageTooLarge()
                                            ? ", that of a message; raise maxInboundMessageBytes"
                                            : "");
            case UNAVAILABLE -> "not reachable; check host, port and TLS";
            default -> "the connection failed with " + status.getCode();
        };
    }
}

package io.opensergo.client;

import io.grpc.Status;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a stream ended, and what that means. */
record StreamEnd(Status status) {

    private static final int MAX_DESCRIPTION = 300;

    private static final Pattern HTTP_STATUS = Pattern.compile("HTTP status code (\\d{3})");
    private static final Pattern CONTENT_TYPE = Pattern.compile("invalid content-type: ([^\\s;]+)");

    private static final Set<Status.Code> REFUSALS =
            Set.of(
                    Status.Code.UNAUTHENTICATED,
                    Status.Code.PERMISSION_DENIED,
                    Status.Code.UNIMPLEMENTED);

    /** Returns whether a server answered and will not serve this client until somebody acts. */
    boolean isRefusal() {
        return REFUSALS.contains(status.getCode())
                || LocalProblem.isCertificateRefused(status.getCause());
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
        String web = answerOfAWebServer();
        if (web != null) {
            return web;
        }
        var text = new StringBuilder(meaning());
        if (status.getDescription() != null) {
            text.append(" (")
                    .append(PeerText.shown(status.getDescription(), MAX_DESCRIPTION))
                    .append(')');
        }
        Throwable root = status.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        if (root != null) {
            String message = root.getMessage() == null ? root.toString() : root.getMessage();
            text.append(": ").append(PeerText.shown(message, MAX_DESCRIPTION));
        }
        return text.toString();
    }

    /** The transport describes an answer that is not gRPC with all of its headers and its page. */
    private @Nullable String answerOfAWebServer() {
        String description = status.getDescription();
        Matcher http = description == null ? null : HTTP_STATUS.matcher(description);
        if (http == null || !http.find()) {
            return null;
        }
        Matcher type = CONTENT_TYPE.matcher(description);
        return "HTTP "
                + http.group(1)
                + (type.find() ? " " + PeerText.shown(type.group(1), 100) : "")
                + " instead of gRPC: the answer of a proxy or a web server; check host and port, and"
                + " that proxies between let HTTP/2 through";
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
            case UNAVAILABLE ->
                    isFarewell()
                            ? "the server ended the connection"
                            : "not reachable; check host, port and TLS";
            default -> "the connection failed with " + status.getCode();
        };
    }
}

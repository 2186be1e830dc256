package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The API server gave no answer, or one that says why it does not do what was asked. */
final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1;

    static final int NO_ANSWER = 0;
    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    static final int GONE = 410;

    private static final int MAX_TEXT = 500;

    private final int code;
    private final boolean tls;

    ApiException(int code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.tls = isOfTls(cause);
    }

    /** Returns what an answer that is no success says of itself, a {@code Status} or not. */
    static ApiException of(int code, @Nullable JsonNode status, String text) {
        String message = status == null ? text : status.path("message").asText(text);
        String brief = message.length() > MAX_TEXT ? message.substring(0, MAX_TEXT) : message;
        return new ApiException(code, code + (brief.isBlank() ? "" : ": " + brief.strip()), null);
    }

    /** Returns why there is no answer. */
    static ApiException of(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ApiException known) {
            return known;
        }
        return new ApiException(NO_ANSWER, describe(cause), cause);
    }

    private static boolean isOfTls(@Nullable Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    private static String describe(Throwable cause) {
        if (isOfTls(cause)) {
            return "no TLS connection comes about ("
                    + cause.getMessage()
                    + "): does the certificate-authority of the kubeconfig vouch for it, and is the"
                    + " client certificate valid?";
        }
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof UnresolvedAddressException
                    || each instanceof UnknownHostException) {
                return "its name is not known to the DNS";
            }
        }
        if (cause instanceof TimeoutException) {
            return "no answer in time";
        }
        if (cause instanceof ConnectException) {
            return "connection refused";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Returns the HTTP status; {@link #NO_ANSWER} if there was none. */
    int code() {
        return code;
    }

    boolean is(int wanted) {
        return code == wanted;
    }

    /** Returns whether a certificate does not fit, of this side or of the other. */
    boolean isOfTls() {
        return tls;
    }

    /** Returns whether other credentials may help: the ones in use were refused. */
    boolean isOfCredentials() {
        return code == UNAUTHORIZED || tls;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}

package io.opensergo.client;

import io.opensergo.api.ConfigurationException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** Connections that fail over a setting at this end, and which one that is. */
final class LocalProblem {

    private LocalProblem() {}

    /**
     * Returns the setting that a failure is about and how to mend it, without secrets; {@code null}
     * if it is about none.
     */
    static @Nullable String explain(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String explanation = explainAlone(cause);
            if (explanation != null) {
                return explanation;
            }
        }
        return null;
    }

    private static @Nullable String explainAlone(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof ConfigurationException) {
            return message;
        }
        boolean unknownSigner =
                cause instanceof CertPathBuilderException
                        || (cause instanceof CertPathValidatorException invalid
                                && invalid.getReason() == BasicReason.INVALID_SIGNATURE);
        if (unknownSigner) {
            return "tls.caFile: the server's certificate is signed by nobody whom the client trusts ("
                    + message
                    + "); name a file with the certificate of its authority";
        }
        boolean otherName =
                cause instanceof CertificateException
                        && (message.startsWith("No subject alternative")
                                || message.startsWith("No name matching"));
        return otherName
                ? "tls.serverName: the server's certificate is for another host ("
                        + message
                        + "); connect to a name that it bears, or set tls.serverName to one"
                : null;
    }
}

package io.opensergo.client;

import io.opensergo.api.ConfigurationException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Connections that fail over a setting at this end, and which one that is. */
final class LocalProblem {

    /**
     * The alerts by which a server refuses a client's certificate, or that there is none, as the
     * JDK (bad_certificate) and OpenSSL (SSLV3_ALERT_BAD_CERTIFICATE) write them.
     */
    private static final Pattern CERTIFICATE_ALERT =
            Pattern.compile(
                    "alert[:_ ]+(\\w*certificate\\w*|unknown_ca|access_denied)",
                    Pattern.CASE_INSENSITIVE);

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

    /** Returns whether the server refused this end's certificate, or that it showed none. */
    static boolean isCertificateRefused(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isCertificateAlert(cause)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCertificateAlert(Throwable cause) {
        return cause instanceof SSLException
                && CERTIFICATE_ALERT.matcher(String.valueOf(cause.getMessage())).find();
    }

    private static @Nullable String explainAlone(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof ConfigurationException) {
            return message;
        }
        if (isCertificateAlert(cause)) {
            return "tls.certFile: the server does not accept the client's certificate, or that it shows"
                    + " none ("
                    + message
                    + "); name one that is valid and signed by an authority that the server trusts";
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

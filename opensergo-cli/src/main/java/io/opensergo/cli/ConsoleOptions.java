package io.opensergo.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which console is asked, if one is. */
final class ConsoleOptions {

    @Option(
            names = "--console",
            paramLabel = "URL",
            description = {
                "Asks the console of a control plane, such as http://localhost:8848, which decides who may",
                "do what."
            })
    private @Nullable String url;

    @Option(
            names = "--console-token-file",
            paramLabel = "FILE",
            description = "Holds the token to show to the console.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--console-ca",
            paramLabel = "FILE",
            description =
                    "PEM certificates that the console's is signed by; default: those of Java.")
    private @Nullable Path authorities;

    /** Returns whether a console is asked. */
    boolean isWanted() {
        return url != null;
    }

    /** Checks that no option is given without the one that it belongs to. */
    void check(CommandLine command) {
        if (url == null && (tokenFile != null || authorities != null)) {
            throw new ParameterException(command, "The options --console-... need --console");
        }
    }

    /** Returns a connection to the console; to be called if one is wanted, after the check. */
    ConsoleConnection connect(CommandLine command) {
        URI address = address(command);
        if (authorities != null && !"https".equals(address.getScheme())) {
            throw new ParameterException(
                    command, "--console-ca needs a --console that begins with https://");
        }
        return new ConsoleConnection(
                address,
                tokenFile == null ? null : token(tokenFile, command),
                authorities == null ? null : trust(authorities, command));
    }

    private URI address(CommandLine command) {
        try {
            URI address = URI.create(String.valueOf(url).replaceFirst("/+$", ""));
            boolean http = "http".equals(address.getScheme());
            if ((http || "https".equals(address.getScheme()))
                    && address.getHost() != null
                    && address.getRawUserInfo() == null
                    && address.getRawQuery() == null
                    && address.getRawFragment() == null) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw noAddress(command, e);
        }
        throw noAddress(command, null);
    }

    private ParameterException noAddress(CommandLine command, @Nullable Throwable cause) {
        return new ParameterException(
                command,
                "--console must be a URL such as http://localhost:8848, was '" + url + "'",
                cause);
    }

    private static String token(Path file, CommandLine command) {
        try {
            String token = Files.readString(file).strip();
            if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                throw new ParameterException(
                        command,
                        "--console-token-file must hold one token, a line of visible ASCII characters; "
                                + file
                                + (token.isEmpty() ? " is empty" : " holds others"));
            }
            return token;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "--console-token-file must name a text file that can be read, was " + file, e);
        }
    }

    private static SSLContext trust(Path file, CommandLine command) {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null);
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("authority-" + trusted.size(), each);
            }
            if (trusted.size() == 0) {
                throw new ParameterException(
                        command,
                        "--console-ca must hold certificates in PEM, " + file + " has none");
            }
            var managers =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "--console-ca must name a file that can be read, was " + file, e);
        } catch (GeneralSecurityException e) {
            throw new ParameterException(
                    command,
                    "--console-ca must hold certificates in PEM, "
                            + file
                            + " does not: "
                            + e.getMessage(),
                    e);
        }
    }
}

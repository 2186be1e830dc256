package io.opensergo.cli;

import io.opensergo.etcd.EtcdSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which etcd holds the rules, if one does. */
final class EtcdOptions {

    /** Holds the password of {@code --etcd-user}, which would be seen on a command line. */
    static final String PASSWORD = "OPENSERGO_ETCD_PASSWORD";

    @Option(
            names = "--etcd",
            paramLabel = "HOST:PORT",
            description = {
                "The rules are, in place of files, in this etcd; several members with commas."
            })
    private @Nullable String endpoints;

    @Option(
            names = "--etcd-prefix",
            paramLabel = "KEY",
            description = "What all keys begin with; default: " + EtcdSettings.DEFAULT_PREFIX + ".")
    private @Nullable String prefix;

    @Option(
            names = "--etcd-tls",
            description = "Encrypts the connection; so do the next three options.")
    private boolean tls;

    @Option(
            names = "--etcd-ca",
            paramLabel = "FILE",
            description = "PEM certificates that etcd's is signed by; default: those of Java.")
    private @Nullable Path authorities;

    @Option(
            names = "--etcd-cert",
            paramLabel = "FILE",
            description = "PEM certificate that is shown to etcd; with --etcd-key.")
    private @Nullable Path certificate;

    @Option(names = "--etcd-key", paramLabel = "FILE", description = "Its PEM private key.")
    private @Nullable Path key;

    @Option(
            names = "--etcd-user",
            paramLabel = "NAME",
            description = "Logs in to etcd, with the password in " + PASSWORD + ".")
    private @Nullable String user;

    /** Returns whether the rules are in etcd. */
    boolean isWanted() {
        return endpoints != null;
    }

    /** Checks that no option is given without the one that it belongs to. */
    void check(CommandLine command) {
        boolean needless =
                prefix != null
                        || tls
                        || authorities != null
                        || certificate != null
                        || key != null
                        || user != null;
        if (endpoints == null && needless) {
            throw new ParameterException(command, "The options --etcd-... need --etcd");
        }
        if ((certificate == null) != (key == null)) {
            throw new ParameterException(command, "--etcd-cert and --etcd-key need each other");
        }
    }

    /** Returns which etcd; to be called if one is wanted, after the check. */
    EtcdSettings settings(CommandLine command) {
        try {
            EtcdSettings settings = EtcdSettings.of(String.valueOf(endpoints));
            if (prefix != null) {
                settings = settings.withPrefix(prefix);
            }
            if (certificate != null && key != null) {
                settings = settings.withTls(authorities, certificate, key);
            } else if (tls || authorities != null) {
                settings = settings.withTls(authorities);
            }
            return user == null ? settings : settings.withUser(user, password(command));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, "--etcd: " + e.getMessage(), e);
        }
    }

    private static String password(CommandLine command) {
        String password = System.getenv(PASSWORD);
        if (password == null) {
            throw new ParameterException(
                    command,
                    "--etcd-user needs the password in the environment variable " + PASSWORD);
        }
        return password;
    }
}

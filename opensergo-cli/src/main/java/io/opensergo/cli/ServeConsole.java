package io.opensergo.cli;

import io.opensergo.console.Console;
import io.opensergo.console.ConsoleBuilder;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rulerepository.RuleRepository;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The option of {@code serve} that says where people look and change rules. */
final class ServeConsole {

    private static final Pattern ADDRESS =
            Pattern.compile("(?:(?<host>\\[[0-9a-fA-F:.]+]|[^:\\[\\]]+):)?(?<port>[0-9]{1,5})");

    @Option(
            names = "--console",
            paramLabel = "[HOST:]PORT",
            arity = "0..1",
            fallbackValue = "" + Console.DEFAULT_PORT,
            description = {
                "Where the console answers, a page and an HTTP API that show rules and clients and change",
                "rules; without a host on this machine alone, 0 for any free port, without a port 8848;",
                "default: nowhere. On another address it needs --tokens."
            })
    private @Nullable String address;

    private String host = "localhost";
    private int port;

    /** Checks the option, before anything is started. */
    void check(CommandLine command) {
        if (address == null) {
            return;
        }
        Matcher matcher = ADDRESS.matcher(address);
        if (!matcher.matches() || Integer.parseInt(matcher.group("port")) > 65535) {
            throw new CommandLine.ParameterException(
                    command,
                    "--console must be [HOST:]PORT, such as 8848 or 0.0.0.0:8848, was '"
                            + address
                            + "'");
        }
        port = Integer.parseInt(matcher.group("port"));
        if (matcher.group("host") != null) {
            host = matcher.group("host");
        }
    }

    /** Returns whether it is asked for. */
    boolean isWanted() {
        return address != null;
    }

    /**
     * Starts the console, if it is asked for.
     *
     * @param repository where changes go; {@code null} if the rules can only be looked at
     */
    @Nullable Console start(ControlPlane controlPlane, @Nullable RuleRepository repository) {
        if (address == null) {
            return null;
        }
        ConsoleBuilder builder = Console.builder(controlPlane).host(host).port(port);
        if (repository != null) {
            builder.repository(repository);
        }
        return builder.start();
    }

    /** Returns where a browser finds it. */
    String urlOf(Console console) {
        String shown = host.equals("0.0.0.0") || host.equals("[::]") ? "localhost" : host;
        return (console.isEncrypted() ? "https://" : "http://") + shown + ":" + console.port();
    }
}

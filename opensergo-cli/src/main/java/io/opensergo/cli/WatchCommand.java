package io.opensergo.cli;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Follows the rules of an application and prints each snapshot. */
@Command(
        name = "watch",
        description = {
            "Follows the rules of an application and prints each snapshot.",
            "A kind that is refused is reported, and the others are followed."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the rules of one kind at least were printed; that there are none is an answer too",
            "1:no snapshot was printed: no connection, or every kind was refused",
            "2:wrong usage",
            "3:the control plane was silent about every kind, as some are without rules"
        })
final class WatchCommand implements Callable<Integer> {

    private static final String ALL = "ALL";

    /** The exit code if the control plane said nothing, which is no answer. */
    static final int SILENCE = 3;

    /** How snapshots are printed. */
    enum Output {
        /** For people. */
        TEXT,
        /** One line of JSON each. */
        JSON;

        /** Returns what stands on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--endpoint",
            paramLabel = "HOST:PORT",
            required = true,
            description = "The control plane.")
    private String endpoint = "";

    @Option(
            names = "--namespace",
            paramLabel = "NS",
            description = "The namespace of the rules; default: ${DEFAULT-VALUE}.")
    private String namespace = "default";

    @Option(names = "--app", paramLabel = "APP", required = true, description = "The application.")
    private String app = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description =
                    "The kind of the rules, such as RateLimitStrategy, or ALL; default: ${DEFAULT-VALUE}.")
    private String kind = ALL;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description =
                    "How long, such as 5s, counted from when every kind was answered or refused; without it"
                            + " until the command is interrupted.")
    private @Nullable Duration time;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description =
                    "With --for: how long to wait for the answers at most; default: 30s. A control plane that"
                            + " refuses the client is not waited for.")
    private Duration patience = Duration.ofSeconds(30);

    @Option(
            names = "--output",
            paramLabel = "text|json",
            description = "How snapshots are printed; default: ${DEFAULT-VALUE}.")
    private Output output = Output.TEXT;

    @Mixin private WatchSecurity security = new WatchSecurity();

    @Override
    public Integer call() {
        CommandLine commandLine = spec.commandLine();
        var watch =
                new Watch(
                        Target.of(namespace, app),
                        kinds(),
                        SnapshotFormat.of(output == Output.JSON, commandLine.getColorScheme()),
                        commandLine.getOut(),
                        commandLine.getErr());
        OpenSergoClientBuilder builder = OpenSergoClients.builder().endpoints(endpoint);
        security.apply(builder, commandLine);
        try (OpenSergoClient client = builder.build()) {
            return switch (watch.run(client, time, patience)) {
                case RULES -> CommandLine.ExitCode.OK;
                case NOTHING -> CommandLine.ExitCode.SOFTWARE;
                case SILENCE -> SILENCE;
            };
        }
    }

    private List<? extends RuleKind<?>> kinds() {
        if (kind.equalsIgnoreCase(ALL)) {
            return Kinds.all().all();
        }
        RuleKind<?> found = Kinds.all().find(kind);
        found = found == null ? Kinds.all().findByName(kind) : found;
        if (found == null) {
            throw new ParameterException(
                    spec.commandLine(), Kinds.unknown("--kind", kind) + " or ALL");
        }
        return List.of(found);
    }
}

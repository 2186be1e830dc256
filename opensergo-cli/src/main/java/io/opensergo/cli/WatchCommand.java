package io.opensergo.cli;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Follows the rules of an application and prints each snapshot. */
@Command(
        name = "watch",
        description = "Follows the rules of an application and prints each snapshot.",
        mixinStandardHelpOptions = true)
final class WatchCommand implements Callable<Integer> {

    private static final String ALL = "ALL";
    private static final Duration TIME_TO_CONNECT = Duration.ofSeconds(3);

    /** How snapshots are printed. */
    enum Output {
        /** For people. */
        TEXT,
        /** One line of JSON each. */
        JSON
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
                    "How long after connecting, such as 5s; without it until the command is interrupted.")
    private @Nullable Duration time;

    @Option(
            names = "--output",
            paramLabel = "text|json",
            description = "How snapshots are printed; default: ${DEFAULT-VALUE}.")
    private Output output = Output.TEXT;

    @Mixin private WatchSecurity security = new WatchSecurity();

    @Override
    public Integer call() {
        List<? extends RuleKind<?>> kinds = kinds();
        var format = SnapshotFormat.of(output == Output.JSON, spec.commandLine().getColorScheme());
        PrintWriter out = spec.commandLine().getOut();
        var printed = new AtomicBoolean();
        OpenSergoClientBuilder builder = OpenSergoClients.builder().endpoints(endpoint);
        security.apply(builder, spec.commandLine());
        try (OpenSergoClient client = builder.build()) {
            client.states().subscribe(this::tell);
            Flux.fromIterable(kinds)
                    .flatMap(each -> follow(client, each), kinds.size())
                    .takeUntilOther(end(client))
                    .doOnNext(
                            snapshot -> {
                                out.println(format.format(snapshot));
                                out.flush();
                                printed.set(true);
                            })
                    .blockLast();
        }
        return printed.get() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /**
     * The time begins with the connection, which may take as long again, or a few seconds at least.
     */
    private Mono<?> end(OpenSergoClient client) {
        Duration limit = time;
        if (limit == null) {
            return Mono.never();
        }
        return client.states()
                .filter(state -> state.phase() == Phase.READY)
                .next()
                .timeout(
                        limit.compareTo(TIME_TO_CONNECT) > 0 ? limit : TIME_TO_CONNECT,
                        Mono.empty())
                .flatMap(connected -> Mono.delay(limit));
    }

    private List<? extends RuleKind<?>> kinds() {
        if (kind.equalsIgnoreCase(ALL)) {
            return RuleKinds.standard().all();
        }
        RuleKind<?> found = RuleKinds.standard().find(kind);
        found = found == null ? RuleKinds.standard().findByName(kind) : found;
        if (found == null) {
            throw new ParameterException(
                    spec.commandLine(), Kinds.unknown("--kind", kind) + " or ALL");
        }
        return List.of(found);
    }

    private <R extends Rule> Flux<RuleSnapshot<R>> follow(
            OpenSergoClient client, RuleKind<R> each) {
        return client.rules(Target.of(namespace, app), each);
    }

    private void tell(ConnectionState state) {
        if (state.phase() == Phase.READY) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("Connected to " + state.endpoint());
            err.flush();
        }
    }
}

package io.opensergo.cli;

import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleRepository;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows who changed what, when and why. */
@Command(
        name = "history",
        description = "Shows who changed which rules, when and why, the newest change first.",
        mixinStandardHelpOptions = true)
final class HistoryCommand implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private RepositoryOptions options = new RepositoryOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "KIND",
            description = "With NAME: only changes of this rule.")
    private @Nullable String kind;

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "See KIND.")
    private @Nullable String name;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "How many changes, 1 to 1000; default: ${DEFAULT-VALUE}.")
    private int limit = 20;

    @Option(
            names = "--before",
            paramLabel = "CHANGE",
            description = "Only changes before this one, to go on where a list ended.")
    private @Nullable String before;

    @Option(names = "--diff", description = "Shows what changed in each document.")
    private boolean diff;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        HistoryQuery query = query();
        try (RuleRepository repository = options.open()) {
            repository.history(query).forEach(change -> print(change, out));
        }
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private HistoryQuery query() {
        if (kind != null && name == null) {
            throw new ParameterException(spec.commandLine(), "Name the rule too: KIND NAME");
        }
        try {
            return new HistoryQuery(
                    kind == null || name == null ? null : options.id(kind, name), before, limit);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private void print(RuleChange change, PrintWriter out) {
        String origin = change.origin() == null ? "" : " from " + change.origin();
        out.println(change.id() + "  " + change.time() + "  " + change.author() + origin);
        change.message().lines().forEach(line -> out.println("    " + line));
        for (RuleChange.Entry entry : change.entries()) {
            out.println("  " + PutCommand.verb(entry) + " " + entry.id());
            if (diff) {
                DiffCommand.print(entry, "", out);
            }
        }
    }
}

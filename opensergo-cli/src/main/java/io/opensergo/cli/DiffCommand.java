package io.opensergo.cli;

import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.RuleId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what {@code put} would change. */
@Command(
        name = "diff",
        description = {
            "Shows what put would change, in unified format; changes nothing.",
            "The exit code is 0 whether there is a difference or not."
        },
        mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private RepositoryOptions options = new RepositoryOptions();

    @Parameters(
            paramLabel = "FILE|-",
            arity = "1..*",
            description = "Files of rules, or - for standard input.")
    private List<Path> files = List.of();

    @Override
    public Integer call() throws IOException {
        Map<RuleId, String> texts = RuleSources.read(files);
        try (RuleRepository repository = options.open()) {
            PrintWriter out = spec.commandLine().getOut();
            Map<RuleId, StoredRule> stored = new HashMap<>();
            repository.rules().forEach(rule -> stored.put(rule.id(), rule));
            texts.forEach((id, text) -> print(id, text, stored.get(id), out));
            out.flush();
        }
        return CommandLine.ExitCode.OK;
    }

    private static void print(
            RuleId id, String text, @Nullable StoredRule stored, PrintWriter out) {
        String before = stored == null ? null : stored.text();
        String place = stored == null ? "" : " (" + stored.place() + ")";
        print(new RuleChange.Entry(id, before, text), place, out);
    }

    /** Prints a difference with a head that names the rule; nothing if there is none. */
    static void print(RuleChange.Entry entry, String place, PrintWriter out) {
        String diff = entry.diff();
        if (!diff.isEmpty()) {
            out.print("--- " + (entry.before() == null ? "/dev/null" : entry.id() + place) + "\n");
            out.print("+++ " + (entry.after() == null ? "/dev/null" : entry.id()) + "\n");
            out.print(diff);
        }
    }
}

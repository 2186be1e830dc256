package io.opensergo.cli;

import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleEdit;
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

/** Stores rules. */
@Command(
        name = "put",
        description = {
            "Stores the rules of files, each in the place of the one of its name, as one change.",
            "The rest of the directory's files stays as it is. If one rule is faulty, nothing is stored."
        },
        mixinStandardHelpOptions = true)
final class PutCommand implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private RepositoryOptions options = new RepositoryOptions();

    @Mixin private RepositoryOptions.Signature signature = new RepositoryOptions.Signature();

    @Parameters(
            paramLabel = "FILE|-",
            arity = "1..*",
            description = "Files of rules, or - for standard input.")
    private List<Path> files = List.of();

    @Override
    public Integer call() throws IOException {
        Map<RuleId, String> texts = RuleSources.read(files);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("no rule in " + files);
        }
        try (RuleRepository repository = options.open()) {
            RuleEdit.Builder edit = signature.edit();
            Map<RuleId, StoredRule> stored = new HashMap<>();
            repository.rules().forEach(rule -> stored.put(rule.id(), rule));
            texts.forEach((id, text) -> put(text, stored.get(id), edit));
            print(repository.commit(edit.build()), spec.commandLine().getOut());
        }
        return CommandLine.ExitCode.OK;
    }

    private static void put(String text, @Nullable StoredRule stored, RuleEdit.Builder edit) {
        if (stored == null) {
            edit.create(text);
        } else {
            edit.replace(text, stored.revision());
        }
    }

    static void print(RuleChange change, PrintWriter out) {
        if (change.entries().isEmpty()) {
            out.println("nothing to change");
        } else {
            change.entries().forEach(entry -> out.println(verb(entry) + " " + entry.id()));
            out.println("change " + change.id());
        }
    }

    static String verb(RuleChange.Entry entry) {
        return entry.before() == null ? "created" : entry.after() == null ? "deleted" : "changed";
    }
}

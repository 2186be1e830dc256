package io.opensergo.cli;

import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.RuleId;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Deletes a rule. */
@Command(
        name = "delete",
        description = {
            "Deletes a rule: its document goes from its file, the rest of the file stays.",
            "The exit code is 1 if it is not there."
        },
        mixinStandardHelpOptions = true)
final class DeleteCommand implements Callable<Integer> {

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private RepositoryOptions options = new RepositoryOptions();

    @Mixin private RepositoryOptions.Signature signature = new RepositoryOptions.Signature();

    @Parameters(index = "0", paramLabel = "KIND", description = "The kind of the rule.")
    private String kind = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "The name of the rule.")
    private String name = "";

    @Override
    public Integer call() {
        RuleId id = options.id(kind, name);
        try (RuleRepository repository = options.open()) {
            Optional<StoredRule> stored = repository.find(id);
            if (stored.isEmpty()) {
                spec.commandLine().getErr().println(id + " is not in " + repository.name());
                return CommandLine.ExitCode.SOFTWARE;
            }
            var edit = signature.edit().delete(id, stored.get().revision()).build();
            PutCommand.print(repository.commit(edit), spec.commandLine().getOut());
            return CommandLine.ExitCode.OK;
        }
    }
}

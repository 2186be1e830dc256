package io.opensergo.cli;

import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a change back. */
@Command(
        name = "rollback",
        description = {
            "Takes a change back: each of its rules becomes what it was before, as a new change.",
            "A rule that was changed since is a conflict; nothing is changed then, and the exit code is 1."
        },
        mixinStandardHelpOptions = true)
final class RollbackCommand implements Callable<Integer> {

    private static final int PAGE = 200;
    private static final int SHORT = 12;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private RepositoryOptions options = new RepositoryOptions();

    @Mixin private RepositoryOptions.Signature signature = new RepositoryOptions.Signature();

    @Parameters(
            paramLabel = "CHANGE",
            description = "The change, as history shows it, or the beginning of its name.")
    private String id = "";

    @Override
    public Integer call() {
        try (RuleRepository repository = options.open()) {
            RuleChange change = find(repository);
            String subject = change.message().lines().findFirst().orElse("");
            String brief = change.id().substring(0, Math.min(SHORT, change.id().length()));
            String message = signature.messageOr("Take back " + brief + ": " + subject);
            var edit = signature.edit().message(message).undo(change).build();
            PutCommand.print(repository.commit(edit), spec.commandLine().getOut());
            return CommandLine.ExitCode.OK;
        }
    }

    private RuleChange find(RuleRepository repository) {
        List<RuleChange> found = new ArrayList<>();
        HistoryQuery query = HistoryQuery.latest(PAGE);
        List<RuleChange> page = repository.history(query);
        while (!page.isEmpty()) {
            page.stream().filter(change -> change.id().startsWith(id)).forEach(found::add);
            page = repository.history(query.before(page.get(page.size() - 1).id()));
        }
        for (RuleChange change : found) {
            if (change.id().equals(id)) {
                return change;
            }
        }
        if (found.size() != 1) {
            String many = found.isEmpty() ? "no change of " : "several changes of ";
            throw new IllegalArgumentException(
                    many + repository.name() + " begin with '" + id + "'; history lists them");
        }
        return found.get(0);
    }
}

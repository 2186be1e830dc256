package io.opensergo.cli;

import io.opensergo.etcd.EtcdRuleRepository;
import io.opensergo.gitrepository.GitRuleRepository;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleReader;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which rules a command reads or changes. */
final class RepositoryOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--rules",
            paramLabel = "DIR",
            description = {
                "The directory of the rule files, as for serve. In a Git work tree a change is a commit;",
                "elsewhere the history is kept in DIR/.opensergo."
            })
    private @Nullable Path rules;

    @Mixin private EtcdOptions etcd = new EtcdOptions();

    @Mixin private ConsoleOptions console = new ConsoleOptions();

    @Option(
            names = "--namespace",
            paramLabel = "NS",
            description = "The namespace of a rule that is named; default: ${DEFAULT-VALUE}.")
    private String namespace = "default";

    /** Returns what is a rule to all commands. */
    static RuleReader reader() {
        return RuleReader.strict().withKinds(Kinds.all()).withAppRequired();
    }

    RuleRepository open() {
        CommandLine command = spec.commandLine();
        etcd.check(command);
        console.check(command);
        long named =
                Stream.of(rules != null, etcd.isWanted(), console.isWanted())
                        .filter(is -> is)
                        .count();
        if (named != 1) {
            throw new ParameterException(
                    command,
                    "Name where the rules are: one of --rules DIR, --etcd HOST:PORT and --console URL");
        }
        if (rules != null) {
            return GitRuleRepository.openDirectory(rules, reader());
        }
        return etcd.isWanted()
                ? EtcdRuleRepository.open(etcd.settings(command), reader())
                : new ConsoleRuleRepository(console.connect(command), reader());
    }

    /** Returns which rule a person names. */
    RuleId id(String kind, String name) {
        return RuleId.of(kind(kind), namespace, name);
    }

    RuleKind<?> kind(String name) {
        RuleKind<?> found = Kinds.all().find(name);
        found = found == null ? Kinds.all().findByName(name) : found;
        if (found == null) {
            throw new ParameterException(spec.commandLine(), Kinds.unknown("KIND", name));
        }
        return found;
    }

    /** How a change is signed. */
    static final class Signature {

        @Option(
                names = {"-m", "--message"},
                paramLabel = "TEXT",
                description = "Why; default: what is changed.")
        private String message = "";

        @Option(
                names = "--author",
                paramLabel = "NAME",
                description = {
                    "Who, such as 'Ann <ann@shop.example>'; default: ${DEFAULT-VALUE}.",
                    "A console takes the name that belongs to the token instead."
                })
        private String author = System.getProperty("user.name");

        RuleEdit.Builder edit() {
            return RuleEdit.by(author).message(message);
        }

        String messageOr(String other) {
            return message.isBlank() ? other : message;
        }
    }
}

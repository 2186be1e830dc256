package io.opensergo.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.RuleKind;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists rules, or prints the text of one. */
@Command(
        name = "get",
        description = {
            "Lists the rules of a directory, or prints the document of one with its comments.",
            "The exit code is 1 if the named rule is not there."
        },
        mixinStandardHelpOptions = true)
final class GetCommand implements Callable<Integer> {

    /** How rules are printed. */
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

    @Mixin private RepositoryOptions options = new RepositoryOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "KIND",
            description = "Only rules of this kind, such as RateLimitStrategy.")
    private @Nullable String kind;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            description = "The document of this rule.")
    private @Nullable String name;

    @Option(names = "--app", paramLabel = "APP", description = "Only rules of this application.")
    private @Nullable String app;

    @Option(
            names = "--output",
            paramLabel = "text|json",
            description = "How rules are printed; default: ${DEFAULT-VALUE}.")
    private Output output = Output.TEXT;

    @Override
    public Integer call() {
        try (RuleRepository repository = options.open()) {
            return kind != null && name != null
                    ? printOne(repository, kind, name)
                    : list(repository);
        }
    }

    private int printOne(RuleRepository repository, String ofKind, String named) {
        var id = options.id(ofKind, named);
        Optional<StoredRule> found = repository.find(id);
        if (found.isEmpty()) {
            spec.commandLine().getErr().println(id + " is not in " + repository.name());
            return CommandLine.ExitCode.SOFTWARE;
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(output == Output.JSON ? json(found.get()) + "\n" : found.get().text());
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private int list(RuleRepository repository) {
        RuleKind<?> wanted = kind == null ? null : options.kind(kind);
        PrintWriter out = spec.commandLine().getOut();
        repository.rules().stream()
                .filter(rule -> wanted == null || rule.id().kind().equals(wanted.wireName()))
                .filter(rule -> app == null || app.equals(rule.app()))
                .forEach(rule -> out.println(output == Output.JSON ? json(rule) : line(rule)));
        return CommandLine.ExitCode.OK;
    }

    private static String line(StoredRule rule) {
        String ofApp = rule.app() == null ? "" : "  app " + rule.app();
        String faulty = rule.rule() == null ? "  faulty" : "";
        return rule.id() + ofApp + "  " + rule.place() + faulty;
    }

    private static String json(StoredRule rule) {
        ObjectNode tree = new ObjectMapper().createObjectNode();
        tree.put("kind", rule.id().kind());
        tree.put("namespace", rule.id().namespace());
        tree.put("name", rule.id().name());
        tree.put("app", rule.app());
        tree.put("valid", rule.rule() != null);
        tree.put("place", rule.place());
        tree.put("revision", rule.revision());
        tree.put("text", rule.text());
        return tree.toString();
    }
}

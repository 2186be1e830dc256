package io.opensergo.cli;

import io.opensergo.rulefiles.RuleFiles;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reports every fault of every document of rule files. */
@Command(
        name = "validate",
        description = "Reports every error of every document; the exit code is 1 if there is one.",
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {

    private static final Path STANDARD_INPUT = Path.of("-");

    /** A rule and the file it is in. */
    private record Located(Rule rule, String source) {}

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "FILE|DIR|-",
            arity = "1..*",
            description =
                    "Rule files, directories of *.yaml, *.yml and *.json files, or - for standard input.")
    private List<Path> paths = List.of();

    private final List<ReadResult> results = new ArrayList<>();
    private final List<Located> rules = new ArrayList<>();
    private int files;
    private int errors;
    private int warnings;

    @Override
    public Integer call() {
        RuleReader reader = RuleReader.strict().withKinds(Kinds.all()).withAppRequired();
        for (Path path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                readStandardInput(reader);
            } else {
                filesIn(path).forEach(file -> read(reader.read(file)));
            }
        }
        reportDuplicates();
        var references = new CrossReferences(results);
        references.warnings().forEach(this::warning);
        references.hints().forEach(hint -> spec.commandLine().getErr().println("hint: " + hint));
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                count(files, "file")
                        + ", "
                        + count(rules.size(), "rule")
                        + ", "
                        + count(errors, "error")
                        + ", "
                        + count(warnings, "warning"));
        if (files == 0) {
            error("no *.yaml, *.yml or *.json file in " + paths);
        }
        return errors == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** What {@code serve} would take for a rule file, and a file that is named by itself. */
    private List<Path> filesIn(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        RuleFiles found = RuleFiles.in(path);
        found.problems().forEach(this::report);
        return found.files();
    }

    private void readStandardInput(RuleReader reader) {
        try {
            read(reader.read(System.in, "standard input"));
        } catch (IOException e) {
            error("standard input: cannot be read: " + e.getMessage());
        }
    }

    private void report(Problem problem) {
        if (problem.isError()) {
            error(problem.placeAndMessage());
        } else {
            warning(problem.placeAndMessage());
        }
    }

    private void read(ReadResult result) {
        files++;
        results.add(result);
        result.allProblems().forEach(this::report);
        result.rules().forEach(rule -> rules.add(new Located(rule, result.source())));
    }

    private void reportDuplicates() {
        Map<RuleId, String> seen = new HashMap<>();
        for (Located located : rules) {
            String other = seen.putIfAbsent(located.rule.id(), located.source);
            if (other != null) {
                error(located.source + ": " + located.rule.id() + " is also in " + other);
            }
        }
    }

    private void error(String message) {
        errors++;
        spec.commandLine()
                .getErr()
                .println(spec.commandLine().getColorScheme().errorText("error: ") + message);
    }

    private void warning(String message) {
        warnings++;
        spec.commandLine().getErr().println("warning: " + message);
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}

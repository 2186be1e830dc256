package io.opensergo.conformance.cases;

import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads case files, strictly: an unknown field, a value that is not allowed or a rule that is none
 * is an error, and all errors of a file are told at once, each with its place.
 *
 * <p>The format is described in the README of this module.
 */
public final class CaseReader {

    private final CaseFaults faults;
    private final String text;

    /** The rules of a case that has none; {@code null} if each must have its own. */
    private final @Nullable RuleDocuments given;

    private CaseReader(String text, String source, @Nullable RuleDocuments given) {
        this.text = text;
        this.faults = new CaseFaults(source);
        this.given = given;
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read
     * @throws CaseFileException if it is no case
     */
    public static ConformanceCase read(Path file) throws IOException {
        return read(Files.readString(file), file.toString());
    }

    /**
     * Reads a text.
     *
     * @param source what to call it in problems
     * @throws CaseFileException if it is no case
     */
    public static ConformanceCase read(String text, String source) {
        return new CaseReader(text, source, null).readOne(source);
    }

    /**
     * Reads the cases of a file, divided by {@code ---}, that are about rules of others. Neither
     * {@code rules} nor {@code covers} need be there, and rules need not name an application.
     *
     * @param source what to call it in problems
     * @param rules the rules of each case that has none of its own
     * @throws CaseFileException if one of them is no case
     */
    public static List<ConformanceCase> readAll(String text, String source, RuleDocuments rules) {
        return new CaseReader(text, source, rules).readEach(source);
    }

    private ConformanceCase readOne(String source) {
        ConformanceCase result =
                faults.attempt(
                        () -> {
                            Node node = nodes(yaml -> single(yaml.compose(new StringReader(text))));
                            return readCase(new Located(node, "", faults).fields(), source);
                        });
        faults.throwIfAny();
        return Objects.requireNonNull(result);
    }

    private List<ConformanceCase> readEach(String source) {
        List<ConformanceCase> cases = new ArrayList<>();
        faults.attempt(
                () -> {
                    for (Node node : nodes(this::all)) {
                        cases.add(readCase(new Located(node, "", faults).fields(), source));
                    }
                    return cases;
                });
        faults.throwIfAny();
        return cases;
    }

    private Node single(@Nullable Node node) {
        if (node == null) {
            faults.add(1, 1, "", "is empty: it holds no case");
            throw new Located.Unreadable();
        }
        return node;
    }

    private List<Node> all(Yaml yaml) {
        List<Node> nodes = new ArrayList<>();
        yaml.composeAll(new StringReader(text)).forEach(nodes::add);
        return nodes.isEmpty() ? List.of(single(null)) : nodes;
    }

    private <T> T nodes(Function<Yaml, T> compose) {
        try {
            return compose.apply(new Yaml(new LoaderOptions()));
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            faults.add(
                    mark == null ? 1 : mark.getLine() + 1,
                    mark == null ? 1 : mark.getColumn() + 1,
                    "",
                    "is no YAML: " + e.getProblem());
            throw new Located.Unreadable();
        }
    }

    private ConformanceCase readCase(Fields fields, String source) {
        String title = faults.attempt(() -> Scalars.filledText(fields.required("title")));
        List<String> covers =
                faults.attempt(
                        () ->
                                given == null
                                        ? covers(fields.required("covers"))
                                        : fields.optional("covers", CaseReader::covers, List.of()));
        Boolean exactTime =
                faults.attempt(() -> fields.optional("exactTime", Scalars::flag, false));
        Application application =
                faults.attempt(
                        () ->
                                fields.optional(
                                        "application",
                                        CaseReader::application,
                                        Application.DEFAULT));
        RuleDocuments rules =
                faults.attempt(
                        () ->
                                given == null
                                        ? documents(fields.required("rules"))
                                        : fields.optional("rules", this::documents, given));
        List<Step> steps = faults.attempt(() -> steps(fields.required("steps")));
        fields.end();
        faults.throwIfAny();
        return new ConformanceCase(
                source,
                Objects.requireNonNull(title),
                Objects.requireNonNull(covers),
                Objects.requireNonNull(exactTime),
                Objects.requireNonNull(application),
                Objects.requireNonNull(rules),
                Objects.requireNonNull(steps));
    }

    private static List<String> covers(Located value) {
        List<String> covers = value.items().stream().map(Scalars::filledText).toList();
        if (covers.isEmpty()) {
            throw value.unreadable("must name at least one field");
        }
        return covers;
    }

    private static Application application(Located value) {
        Fields fields = value.fields();
        var application =
                new Application(
                        fields.optional("instances", Scalars::positive, 1),
                        fields.optional("load", StepReader::load, Load.IDLE),
                        fields.optional("labels", RouteReader::texts, Map.of()),
                        fields.optional("namespace", Scalars::filledText),
                        fields.optional("gateways", CaseReader::names, Set.of()),
                        fields.optional("services", RouteReader::services, Map.of()));
        fields.end();
        return application;
    }

    private static Set<String> names(Located value) {
        return value.items().stream().map(Scalars::filledText).collect(Collectors.toSet());
    }

    /** Reads rules, whose problems are told with their place in this file. */
    private RuleDocuments documents(Located value) {
        String documents = value.text();
        if (documents.isBlank()) {
            return new RuleDocuments("");
        }
        int lineBefore = value.line();
        int indentation = indentation(lineBefore);
        RuleReader strict = RuleReader.strict();
        RuleReader reader = given == null ? strict.withAppRequired() : strict;
        for (Problem problem : reader.read(documents, "").allProblems()) {
            faults.add(
                    lineBefore + problem.line(),
                    problem.column() + indentation,
                    value.path(),
                    problem.path().isEmpty()
                            ? problem.message()
                            : problem.path() + " " + problem.message());
        }
        return new RuleDocuments(documents);
    }

    /** Returns by how much the text that follows a line is indented. */
    private int indentation(int line) {
        return text.lines()
                .skip(line)
                .filter(each -> !each.isBlank())
                .findFirst()
                .map(each -> each.length() - each.stripLeading().length())
                .orElse(0);
    }

    private List<Step> steps(Located value) {
        var reader = new StepReader(this::documents);
        List<Step> steps = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        Duration time = Duration.ZERO;
        for (Located item : value.items()) {
            Step step = faults.attempt(() -> reader.read(item));
            if (step != null) {
                checkOrder(item, step, time);
                checkId(item, step.action(), ids);
                time = step.at();
                steps.add(step);
            }
        }
        if (value.items().isEmpty()) {
            faults.add(value.line(), 1, value.path(), "must have at least one step");
        }
        return steps;
    }

    private void checkOrder(Located item, Step step, Duration before) {
        if (step.at().compareTo(before) < 0) {
            faults.add(
                    item.line(),
                    1,
                    item.path() + ".at",
                    "must not be before the step above it, at " + before.toMillis() + "ms");
        }
    }

    private void checkId(Located item, Action action, Set<String> inFlight) {
        String problem = null;
        if (action instanceof Action.Send send && send.id() != null && !inFlight.add(send.id())) {
            problem = "already names a request that has not ended";
        } else if (action instanceof Action.End end && !inFlight.remove(end.id())) {
            problem = "must name a request above that has not ended, was \"" + end.id() + '"';
        }
        report(item, problem, action instanceof Action.End ? ".end" : ".id");
    }

    private void report(Located item, @Nullable String problem, String field) {
        if (problem != null) {
            faults.add(item.line(), 1, item.path() + field, problem);
        }
    }
}

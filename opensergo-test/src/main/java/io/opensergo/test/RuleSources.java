package io.opensergo.test;

import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the rules of a test come from; read anew for each test. For one thread. */
final class RuleSources {

    private static final RuleReader READER = RuleReader.strict().withKinds(RuleKinds.installed());

    private final List<Source> sources = new ArrayList<>();

    /** One or more documents. */
    private interface Source {

        List<ReadResult> read();
    }

    void addFile(Path path) {
        sources.add(() -> readFiles(path));
    }

    void addResource(String name) {
        sources.add(() -> List.of(readResource(name)));
    }

    void addText(String documents, String place) {
        sources.add(() -> List.of(READER.read(documents, place)));
    }

    /**
     * Reads them.
     *
     * @param target the application; {@code null} if all rules apply
     * @throws AssertionError if one is missing or not valid, or if nothing of them applies
     */
    ReadResult[] read(@Nullable Target target) {
        List<ReadResult> results =
                sources.stream().flatMap(source -> source.read().stream()).toList();
        List<String> errors =
                results.stream()
                        .flatMap(result -> result.allProblems().stream())
                        .filter(Problem::isError)
                        .map(Problem::toString)
                        .toList();
        if (!errors.isEmpty()) {
            throw new AssertionError(
                    "the rules of this test cannot be used:" + MessageText.lines(errors));
        }
        List<Rule> rules = results.stream().flatMap(result -> result.rules().stream()).toList();
        if (target != null && !rules.isEmpty() && rules.stream().noneMatch(isOf(target))) {
            throw new AssertionError(noneApplies(rules, target, results));
        }
        return results.toArray(ReadResult[]::new);
    }

    private static Predicate<Rule> isOf(Target target) {
        return rule ->
                target.namespace().equals(rule.metadata().namespace())
                        && (rule.app() == null || target.app().equals(rule.app()));
    }

    private static String noneApplies(List<Rule> rules, Target target, List<ReadResult> results) {
        var owners = new TreeSet<String>();
        rules.forEach(rule -> owners.add(rule.metadata().namespace() + "/" + rule.app()));
        return "none of the rules of this test is one of "
                + target
                + ": those in "
                + String.join(", ", results.stream().map(ReadResult::source).toList())
                + " are of "
                + String.join(", ", owners)
                + "; set app and namespace of the test to one of these";
    }

    private static List<ReadResult> readFiles(Path path) {
        if (!Files.exists(path)) {
            throw new AssertionError(
                    "the rules of this test cannot be used: there is no file or directory '"
                            + path
                            + "' below "
                            + Path.of("").toAbsolutePath()
                            + ", where the tests run");
        }
        if (!Files.isDirectory(path)) {
            return List.of(READER.read(path));
        }
        try (Stream<Path> files = Files.walk(path)) {
            List<ReadResult> results =
                    files.filter(RuleSources::isRuleFile).sorted().map(READER::read).toList();
            if (results.isEmpty()) {
                throw new AssertionError(
                        "the rules of this test cannot be used: the directory '"
                                + path
                                + "' has no file that ends in .yaml, .yml or .json");
            }
            return results;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRuleFile(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file)
                && !name.startsWith(".")
                && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
    }

    private static ReadResult readResource(String name) {
        String path = name.startsWith("/") ? name.substring(1) : name;
        ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = ofThread == null ? RuleSources.class.getClassLoader() : ofThread;
        try (InputStream in = loader.getResourceAsStream(path)) {
            if (in == null) {
                throw new AssertionError(
                        "the rules of this test cannot be used: there is no resource '"
                                + path
                                + "' on the class path; name it from the root, as in"
                                + " 'rules/orders.yaml', or use files for a file");
            }
            return READER.read(in, "classpath:" + path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

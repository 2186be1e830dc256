package io.opensergo.cli;

import io.opensergo.rulerepository.DirectoryRuleRepository;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the documents that a command is given. */
final class RuleSources {

    private static final Path STANDARD_INPUT = Path.of("-");

    private RuleSources() {}

    /**
     * Returns the text of each document.
     *
     * @throws IllegalArgumentException if a document is no rule or a rule stands twice; it names
     *     every problem
     */
    static Map<RuleId, String> read(List<Path> files) throws IOException {
        Map<RuleId, String> texts = new LinkedHashMap<>();
        for (Path file : files) {
            boolean isInput = file.equals(STANDARD_INPUT);
            String name = isInput ? "standard input" : file.toString();
            byte[] content = isInput ? System.in.readAllBytes() : Files.readAllBytes(file);
            ReadResult result = RepositoryOptions.reader().read(in(content), name);
            requireClean(result);
            for (var each : texts(name, content).entrySet()) {
                if (texts.putIfAbsent(each.getKey(), each.getValue()) != null) {
                    throw new IllegalArgumentException(
                            name + ": " + each.getKey() + " is given twice");
                }
            }
        }
        return texts;
    }

    private static InputStream in(byte[] content) {
        return new ByteArrayInputStream(content);
    }

    private static Map<RuleId, String> texts(String name, byte[] content) {
        return DirectoryRuleRepository.documentsOf(name, content, RepositoryOptions.reader());
    }

    private static void requireClean(ReadResult result) {
        if (!result.isClean()) {
            throw new IllegalArgumentException(
                    result.allProblems().stream()
                            .filter(Problem::isError)
                            .map(Problem::toString)
                            .collect(Collectors.joining(System.lineSeparator())));
        }
        var seen = new HashSet<RuleId>();
        result.rules()
                .forEach(rule -> requireOnce(result.source(), rule.id(), seen.add(rule.id())));
    }

    private static void requireOnce(String source, RuleId id, boolean first) {
        if (!first) {
            throw new IllegalArgumentException(source + ": " + id + " is given twice");
        }
    }
}

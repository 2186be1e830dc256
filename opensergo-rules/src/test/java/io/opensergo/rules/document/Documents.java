package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.List;
import java.util.stream.Collectors;

/** Writes documents by hand for tests, and reads them. */
final class Documents {

    /** A document that is right, named {@code good}. */
    static final String GOOD =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: ConcurrencyLimitStrategy
            metadata: {name: good}
            spec: {limitMode: Local, maxConcurrency: 6}
            """;

    private Documents() {}

    /** Returns a document whose {@code spec} begins in line 5, indented by two. */
    static String of(RuleKind<?> kind, String spec) {
        return """
                apiVersion: %s
                kind: %s
                metadata: {name: test, namespace: shop, labels: {app: checkout}}
                spec:
                %s
                """
                .formatted(
                        kind.apiVersion(),
                        kind.name(),
                        spec.lines().map("  "::concat).collect(Collectors.joining("\n")));
    }

    static ReadResult read(String text) {
        return RuleReader.strict().read(text, "rules.yaml");
    }

    static <R extends Rule> R rule(RuleKind<R> kind, String spec) {
        List<Rule> rules = read(of(kind, spec)).orThrow();
        assertThat(rules).hasSize(1);
        return kind.type().cast(rules.get(0));
    }

    static List<String> problems(RuleKind<?> kind, String spec) {
        return problems(of(kind, spec));
    }

    static List<String> problems(String text) {
        return read(text).allProblems().stream().map(Problem::toString).toList();
    }
}

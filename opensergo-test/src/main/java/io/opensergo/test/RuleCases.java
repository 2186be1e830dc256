package io.opensergo.test;

import io.opensergo.conformance.ConformanceRunner;
import io.opensergo.conformance.cases.CaseReader;
import io.opensergo.conformance.cases.ConformanceCase;
import io.opensergo.conformance.cases.RuleDocuments;
import io.opensergo.conformance.governor.GovernorDriver;
import io.opensergo.conformance.governor.RuleDelivery;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Cases that say, without Java, what rules are to do: requests at given times and the decision that
 * is expected on each, in the language of {@code opensergo-conformance}.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> rulesDecideAsTheCasesSay() {
 *     return RuleCases.of(TestGovernor.builder().app("shop").files(Path.of("rules")))
 *             .tests(Path.of("src/test/cases"));
 * }
 * }</pre>
 *
 * <p>A file holds one case or, divided by {@code ---}, several. What they need of their
 * application, such as a number of instances or the load, they say themselves. Problems of the plan
 * and resources that no rule names fail a case as they fail a test.
 */
public final class RuleCases {

    private static final RuleReader READER = RuleReader.strict().withKinds(RuleKinds.installed());

    private final TestGovernorBuilder settings;

    private RuleCases(TestGovernorBuilder settings) {
        this.settings = settings;
    }

    /** Returns cases about the rules of these settings; a case may have rules of its own. */
    public static RuleCases of(TestGovernorBuilder settings) {
        return new RuleCases(settings);
    }

    /**
     * Returns a test for each case, in the order of the files.
     *
     * @param cases a file, or a directory of which each file that ends in {@code .yaml} or {@code
     *     .yml}, also below, holds cases
     * @throws AssertionError if the rules cannot be used, or if there is no case
     * @throws io.opensergo.conformance.cases.CaseFileException if one is not valid: it names each
     *     problem with file, line and column
     */
    public Stream<DynamicTest> tests(Path cases) {
        var rules = new RuleDocuments(settings.documents());
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files(cases)) {
            for (ConformanceCase each : CaseReader.readAll(text(file), file.toString(), rules)) {
                tests.add(DynamicTest.dynamicTest(each.title(), file.toUri(), () -> run(each)));
            }
        }
        return tests.stream();
    }

    private void run(ConformanceCase each) {
        var watch = settings.watch();
        var delivery = new Delivery(watch);
        ConformanceRunner.of(application -> GovernorDriver.of(application, delivery))
                .run(each)
                .throwIfFailed();
        TestGovernor.verify(watch);
    }

    private static List<Path> files(Path cases) {
        if (!Files.exists(cases)) {
            throw new AssertionError(
                    "there is no file or directory '"
                            + cases
                            + "' of cases below "
                            + Path.of("").toAbsolutePath()
                            + ", where the tests run");
        }
        try (Stream<Path> files = Files.walk(cases)) {
            List<Path> found = files.filter(RuleCases::isCaseFile).sorted().toList();
            if (found.isEmpty()) {
                throw new AssertionError(
                        "'" + cases + "' has no cases: no file in it ends in .yaml or .yml");
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isCaseFile(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file) && (name.endsWith(".yaml") || name.endsWith(".yml"));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("the cases in " + file + " cannot be read", e);
        }
    }

    /** Gives the rules of a case to its governor, which takes those of its application. */
    private final class Delivery implements RuleDelivery {

        private final MistakeWatch watch;

        Delivery(MistakeWatch watch) {
            this.watch = watch;
        }

        @Override
        public void connect(GovernorBuilder governor) {
            settings.applyTo(governor);
            governor.onGuard(watch::guardIsAskedFor);
        }

        @Override
        public void deliver(RuleDocuments rules, Governor governor) {
            governor.replaceRules(
                    rules.text().isBlank()
                            ? List.of()
                            : READER.read(rules.text(), "rules").orThrow());
            watch.see(governor.plan());
        }
    }
}

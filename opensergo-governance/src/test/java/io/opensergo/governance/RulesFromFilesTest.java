package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.Target;
import io.opensergo.rulefiles.RuleDirectory;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.testsupport.LogCapture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A governor by rule files: those of a directory, followed, and documents that do not change. */
@Timeout(60)
class RulesFromFilesTest {

    @TempDir private Path temp;

    @Test
    void rulesOfADirectoryAreInForceAtOnceAndEditsSoonAfter() throws IOException {
        write(temp, "a.yaml", limit("shop", "a", 2));
        try (Governor governor = Governor.of(temp)) {
            Guard guard = governor.guard("a");
            assertThat(governor.ready().toFuture()).isCompleted();
            assertThat(admitted(guard, 10)).isEqualTo(2);

            write(temp, "a.yaml", limit("shop", "a", 5));
            await().until(() -> governor.plan().number() > 1);
            assertThat(admitted(guard, 10)).isEqualTo(3);

            Files.delete(temp.resolve("a.yaml"));
            await().until(() -> !guard.isProtected());
        }
    }

    @Test
    void documentThatIsWrongIsNamedWithItsPlaceAndItsRuleStaysAsItWas() throws IOException {
        write(temp, "a.yaml", limit("shop", "a", 2));
        try (Governor governor = follow(temp)) {
            write(temp, "a.yaml", limit("shop", "a", 9).replace("threshold: 9", "threshold: nine"));
            await().until(() -> !governor.plan().problems().isEmpty());

            PlanProblem problem = governor.plan().problems().get(0);
            assertThat(problem.type()).isEqualTo(PlanProblem.Type.REFUSED);
            assertThat(problem.message())
                    .startsWith(temp.resolve("a.yaml") + ":5:64: spec.threshold ")
                    .contains("nine");
            assertThat(admitted(governor.guard("a"), 10)).isEqualTo(2);

            write(temp, "a.yaml", limit("shop", "a", 3));
            await().until(() -> governor.plan().problems().isEmpty());
            assertThat(admitted(governor.guard("a"), 10)).isEqualTo(1);
        }
    }

    /** A ConfigMap is swapped like this, all of its files at one moment. */
    @Test
    void editAcrossFilesAndKindsTakesEffectAsOne() throws IOException {
        Path one = Files.createDirectory(temp.resolve("one"));
        Path two = Files.createDirectory(temp.resolve("two"));
        write(one, "rule.yaml", rule("shop", "a", "first"));
        write(one, "strategy.yaml", rate("shop", "first", 1));
        write(two, "rule.yaml", rule("shop", "a", "second"));
        write(two, "strategy.yaml", rate("shop", "second", 1));
        Path rules = Files.createSymbolicLink(temp.resolve("rules"), Path.of("one"));
        try (Governor governor = follow(rules)) {
            List<Plan> plans = new CopyOnWriteArrayList<>();
            governor.plans().subscribe(plans::add);

            Path next = Files.createSymbolicLink(temp.resolve("next"), Path.of("two"));
            Files.move(next, rules, StandardCopyOption.ATOMIC_MOVE);
            await().until(() -> strategiesOf(governor).equals(Set.of("second")));

            assertThat(plans).hasSize(2).allMatch(plan -> plan.problems().isEmpty());
        }
    }

    @Test
    void rulesStayInForceWhenTheDirectoryVanishesAndGoOnWhenItIsBack() throws IOException {
        Path rules = Files.createDirectory(temp.resolve("rules"));
        write(rules, "a.yaml", limit("shop", "a", 2));
        try (Governor governor = follow(rules)) {
            Files.move(rules, temp.resolve("away"));
            await().until(() -> !governor.plan().problems().isEmpty());
            assertThat(governor.plan().problems())
                    .singleElement()
                    .hasToString(rules + ": does not exist");
            assertThat(governor.guard("a").isProtected()).isTrue();

            Files.move(temp.resolve("away"), rules);
            await().until(() -> governor.plan().problems().isEmpty());
            assertThat(governor.guard("a").isProtected()).isTrue();
        }
    }

    @Test
    void buildFailsIfTheDirectoryIsNotThereOrIsNone() throws IOException {
        Path missing = temp.resolve("missing");
        Path file = write(temp, "a.yaml", limit("shop", "a", 2));

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Governor.of(missing))
                .withMessageContaining(missing + " does not exist");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> Governor.of(file))
                .withMessageContaining(file + " is no directory");
    }

    @Test
    void closeEndsTheThreadAlsoFromWithinAPlan() throws IOException {
        Governor governor = follow(temp);
        governor.plans().filter(plan -> plan.number() > 1).subscribe(plan -> governor.close());
        assertThat(threadsOf(temp)).isNotEmpty();

        write(temp, "a.yaml", limit("shop", "a", 2));

        await().untilAsserted(() -> assertThat(threadsOf(temp)).isEmpty());
    }

    @Test
    void rulesOfOtherApplicationsAndNamespacesAreLeftOut() throws IOException {
        write(temp, "shop.yaml", limit("shop", "a", 2));
        write(temp, "other.yaml", limit("other", "b", 2));
        write(temp, "everyone.yaml", limit("shop", "c", 2).replace(", labels: {app: shop}", ""));
        String elsewhere =
                limit("shop", "d", 2).replace("metadata: {", "metadata: {namespace: prod, ");
        write(temp, "elsewhere.yaml", elsewhere);
        write(temp, "database.yaml", "# for others\n" + VIRTUAL_DATABASE);

        try (Governor governor = Governor.of(temp, Target.of("shop"))) {
            assertThat(governor.plan().resources()).containsExactlyInAnyOrder("a", "c");
            assertThat(governor.plan().problems()).isEmpty();
        }
    }

    @Test
    void rulesOfSeveralApplicationsWithoutATargetAreAProblem() throws IOException {
        write(temp, "shop.yaml", limit("shop", "a", 2));
        write(temp, "other.yaml", limit("other", "b", 2));

        try (Governor governor = Governor.of(temp)) {
            assertThat(governor.plan().resources()).containsExactlyInAnyOrder("a", "b");
            assertThat(governor.plan().problems())
                    .singleElement()
                    .satisfies(
                            problem -> {
                                assertThat(problem.type())
                                        .isEqualTo(PlanProblem.Type.SEVERAL_APPLICATIONS);
                                assertThat(problem.message())
                                        .contains("(default/other, default/shop)")
                                        .contains("target");
                            });
        }
    }

    @Test
    void saysSoIfNoRuleIsTheApplications() throws IOException {
        write(temp, "shop.yaml", limit("shop", "a", 2));

        try (var log = LogCapture.open();
                Governor governor = Governor.of(temp, Target.of("shpo"))) {
            assertThat(governor.plan().resources()).isEmpty();
            assertThat(log.text())
                    .contains("None of the 2 rules in directory " + temp)
                    .contains("is one of default/shpo; they are of [default/shop]");
        }
    }

    @Test
    void fixedRulesHonourTheTargetAlsoWhenTheyAreReplaced() {
        var shop = Rules.on("a", Rules.rate("limit", 1, Duration.ofMinutes(1)));

        try (Governor own = Governor.of(shop, Target.of("shop"));
                Governor other = Governor.of(shop, Target.of("other"))) {
            assertThat(own.plan().resources()).containsExactly("a");
            assertThat(other.plan().resources()).isEmpty();

            own.replaceRules(Rules.on("b", Rules.rate("limit", 1, Duration.ofMinutes(1))));
            other.replaceRules(shop);

            assertThat(own.plan().resources()).containsExactly("b");
            assertThat(other.plan().resources()).isEmpty();
        }
    }

    @Test
    void rulesOfADirectoryAreNotReplaced() {
        try (Governor governor = Governor.of(temp)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> governor.replaceRules(List.of()))
                    .withMessage(
                            "the rules of this governor come from directory " + temp + " alone");
        }
    }

    @Test
    void documentsOfTheClassPathApplyAndTheWrongOneOfThemIsNamed() {
        try (Governor governor = Governor.builder().resources("rules/orders.yaml").build()) {
            assertThat(admitted(governor.guard("POST:/orders"), 10)).isEqualTo(2);
            assertThat(governor.plan().problems())
                    .singleElement()
                    .asString()
                    .startsWith("classpath:rules/orders.yaml:14:24: spec.maxConcurrency ");
        }
    }

    @Test
    void namesAResourceThatIsNotThere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Governor.builder().resources("/rules/none.yaml"))
                .withMessageStartingWith(
                        "there is no resource 'rules/none.yaml' on the class path");
    }

    @Test
    void firstOfTwoDocumentsForOneRuleCounts() {
        ReadResult first = RuleReader.strict().read(limit("shop", "a", 1), "first");
        ReadResult second = RuleReader.strict().read(limit("shop", "a", 2), "second");

        try (Governor governor = Governor.builder().documents(first, second).build()) {
            assertThat(admitted(governor.guard("a"), 10)).isEqualTo(1);
            assertThat(governor.plan().problems())
                    .hasSize(2)
                    .allMatch(problem -> problem.message().startsWith("second:"))
                    .anyMatch(
                            problem ->
                                    problem.message()
                                            .contains(
                                                    "another RateLimitStrategy default/of-a; the one"
                                                            + " in first:2 is in force"));
        }
    }

    @Test
    void rulesComeFromOnePlace() {
        GovernorBuilder builder =
                Governor.builder()
                        .rules(temp)
                        .resources("rules/orders.yaml")
                        .target(Target.of("a"));

        assertThatIllegalStateException()
                .isThrownBy(builder::build)
                .withMessage(
                        "the rules of a governor come from one place, not from a directory and"
                                + " documents");
        assertThat(threadsOf(temp)).isEmpty();
    }

    private static Governor follow(Path directory) {
        return Governor.builder()
                .rules(RuleDirectory.of(directory).withPollInterval(Duration.ofMillis(10)))
                .build();
    }

    private static Set<String> strategiesOf(Governor governor) {
        return governor.guard("a").stats().strategies().stream()
                .map(ResourceStats.StrategyStats::strategy)
                .collect(Collectors.toSet());
    }

    private static int admitted(Guard guard, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            long token = guard.acquire();
            if (!Guard.isRefused(token)) {
                admitted++;
                guard.release(token, Outcome.SUCCESS);
            }
        }
        return admitted;
    }

    private static final String VIRTUAL_DATABASE =
            """
            apiVersion: database.opensergo.io/v1alpha1
            kind: VirtualDatabase
            metadata: {name: db, labels: {app: shop}}
            spec: {services: []}
            """;

    private static String limit(String app, String resource, int threshold) {
        return rate(app, "of-" + resource, threshold) + rule(app, resource, "of-" + resource);
    }

    private static String rate(String app, String name, int threshold) {
        return """
        ---
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: RateLimitStrategy
        metadata: {name: %s, labels: {app: %s}}
        spec: {metricType: RequestAmount, limitMode: Local, threshold: %d, statDurationSeconds: 60}
        """
                .formatted(name, app, threshold);
    }

    private static String rule(String app, String resource, String strategy) {
        return """
        ---
        apiVersion: fault-tolerance.opensergo.io/v1alpha1
        kind: FaultToleranceRule
        metadata: {name: %s, labels: {app: %s}}
        spec: {targets: [{targetResourceName: %s}], strategies: [{name: %s, kind: RateLimitStrategy}]}
        """
                .formatted(strategy, app, resource, strategy);
    }

    private static Path write(Path directory, String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static List<String> threadsOf(Path directory) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains(directory.toString()))
                .toList();
    }
}

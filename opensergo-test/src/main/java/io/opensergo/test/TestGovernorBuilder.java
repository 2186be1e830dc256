package io.opensergo.test;

import io.opensergo.api.Target;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.governance.PlanProblem;
import io.opensergo.rules.document.RuleWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link TestGovernor}, which may be built any number of times. For one thread.
 */
public final class TestGovernorBuilder {

    /** Any one: weighted picks shall be the same in each run. */
    private static final long SEED = 1;

    private final RuleSources sources = new RuleSources();
    private final Set<String> allowedResources = new HashSet<>();
    private final Set<PlanProblem.Type> allowedProblems = EnumSet.noneOf(PlanProblem.Type.class);
    private @Nullable Target target;
    private Supplier<TestClock> clocks = TestClock::create;
    private Consumer<GovernorBuilder> settings = governor -> {};

    TestGovernorBuilder() {}

    /** Sets which application decides, in the namespace {@code default}. */
    public TestGovernorBuilder app(String app) {
        return target(Target.of(app));
    }

    /** Sets which application decides. Unless set, all rules apply. */
    public TestGovernorBuilder target(Target target) {
        this.target = target;
        return this;
    }

    /** Adds the rules of files, or of directories with all rule files in them and below. */
    public TestGovernorBuilder files(Path... files) {
        Arrays.stream(files).forEach(sources::addFile);
        return this;
    }

    /** Adds the rules of resources of the class path, such as {@code rules/orders.yaml}. */
    public TestGovernorBuilder resources(String... names) {
        Arrays.stream(names).forEach(sources::addResource);
        return this;
    }

    /** Adds the rules of documents that are written out. */
    public TestGovernorBuilder text(String documents) {
        return text(documents, "text");
    }

    TestGovernorBuilder text(String documents, String place) {
        sources.addText(documents, place);
        return this;
    }

    /** Adds the rules that an annotation names. */
    public TestGovernorBuilder rules(Rules rules) {
        return rules(rules, "@Rules");
    }

    TestGovernorBuilder rules(Rules rules, String place) {
        resources(rules.value());
        for (String file : rules.files()) {
            files(Path.of(file));
        }
        for (int i = 0; i < rules.text().length; i++) {
            String number = rules.text().length == 1 ? "" : " " + (i + 1);
            text(rules.text()[i], place + ", text" + number);
        }
        return this;
    }

    /** Lets resources be guarded though no rule names them; {@link Allow#ANY} for all. */
    public TestGovernorBuilder allowResources(String... names) {
        allowedResources.addAll(Arrays.asList(names));
        return this;
    }

    /** Lets plans have problems of these types. */
    public TestGovernorBuilder allowProblems(PlanProblem.Type... types) {
        allowedProblems.addAll(Arrays.asList(types));
        return this;
    }

    /** Sets a clock that others have as well; one of its own for each governor unless set. */
    public TestGovernorBuilder clock(TestClock clock) {
        return clocks(() -> clock);
    }

    TestGovernorBuilder clocks(Supplier<TestClock> clocks) {
        this.clocks = clocks;
        return this;
    }

    /**
     * Sets what else a governor may be given: the labels of its workload, the number of instances,
     * a store of global limits. Its rules and time are those of the test.
     */
    public TestGovernorBuilder settings(Consumer<GovernorBuilder> settings) {
        this.settings = settings;
        return this;
    }

    GovernorBuilder settings() {
        GovernorBuilder governor = Governor.builder().seed(SEED);
        applyTo(governor);
        return governor;
    }

    void applyTo(GovernorBuilder governor) {
        if (target != null) {
            governor.target(target);
        }
        settings.accept(governor);
    }

    /** Returns the rules as a text. */
    String documents() {
        return RuleWriter.toYaml(
                Arrays.stream(sources.read(target))
                        .flatMap(read -> read.rules().stream())
                        .toList());
    }

    MistakeWatch watch() {
        return new MistakeWatch(allowedResources, allowedProblems);
    }

    /**
     * Returns a governor by these rules, whose clock is moved by this thread.
     *
     * @throws AssertionError if the rules cannot be used, or if their plan has a problem that is
     *     not allowed: it names each with its place
     */
    public TestGovernor build() {
        MistakeWatch watch = watch();
        var test = new TestGovernor(this, sources.read(target), clocks.get(), watch);
        try {
            test.verifyRules();
        } catch (AssertionError e) {
            test.close();
            throw e;
        }
        return test;
    }
}

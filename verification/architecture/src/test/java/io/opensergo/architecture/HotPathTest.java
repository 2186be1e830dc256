package io.opensergo.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a request pays for neither locks, blocks, logs nor boxes.
 *
 * <p>A rule sees which classes and methods are used. It does not see blocks that are synchronized,
 * nor strings that are joined by an operator.
 */
class HotPathTest {

    private static final String GOVERNANCE = "io.opensergo.governance";
    private static final String TIME = "io.opensergo.api.time";
    private static final String LIMITERS = GOVERNANCE + ".internal.limiter";
    private static final String SAMPLING = GOVERNANCE + ".internal.sampling";

    /** The decision of a guard, all stages of it, and its result. */
    private static final DescribedPredicate<JavaClass> DECISION =
            nameMatching("io\\.opensergo\\.governance\\.(Protection|Token)")
                    .<JavaClass>forSubtype()
                    .as("the decision of a guard");

    private static final DescribedPredicate<JavaClass> HOT_PATH =
            resideInAnyPackage(LIMITERS, SAMPLING).or(DECISION).as("the hot path");

    /** Limiters that ask a store now and then, and never wait for it. */
    private static final DescribedPredicate<JavaClass> LEASES =
            nameMatching("io\\.opensergo\\.governance\\.internal\\.limiter\\.(Lease.*|StoreOutage)")
                    .<JavaClass>forSubtype()
                    .as("leases");

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("io.opensergo");
    }

    @Test
    void isThere() {
        assertThat(classes.that(DECISION)).hasSize(2);
        assertThat(classes.that(resideInAPackage(LIMITERS))).hasSizeGreaterThan(6);
        assertThat(classes.that(resideInAPackage(SAMPLING))).isNotEmpty();
        assertThat(classes.that(LEASES)).hasSizeGreaterThan(2);
    }

    @Test
    void limitersUseNothingButAtomicsAndVarHandles() {
        classes()
                .that(resideInAnyPackage(LIMITERS, SAMPLING).and(not(LEASES)))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        LIMITERS,
                        SAMPLING,
                        "java.lang",
                        "java.lang.invoke",
                        "java.util.concurrent.atomic",
                        "org.jspecify.annotations")
                .check(classes);
    }

    @Test
    void leasesUseTheirStoreAndTheTickerBesides() {
        classes()
                .that(LEASES)
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                        LIMITERS,
                                        GOVERNANCE + ".quota",
                                        TIME,
                                        "java.lang",
                                        "java.lang.invoke",
                                        "java.util.concurrent.atomic",
                                        "org.jspecify.annotations",
                                        "org.reactivestreams",
                                        "reactor.core",
                                        "reactor.core.publisher")
                                .or(
                                        belongToAnyOf(
                                                Duration.class, TimeUnit.class, IntSupplier.class)))
                .check(classes);
    }

    @Test
    void decisionsUseLimitersChecksAndTheTickerOnly() {
        classes()
                .that(DECISION)
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                        GOVERNANCE,
                                        TIME,
                                        LIMITERS,
                                        "java.lang",
                                        "java.util.concurrent.atomic",
                                        "org.jspecify.annotations")
                                .or(belongToAnyOf(Duration.class)))
                .check(classes);
    }

    @Test
    void hasNoSynchronizedMethod() {
        noMethods()
                .that()
                .areDeclaredInClassesThat(HOT_PATH)
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .check(classes);
    }

    @Test
    void neitherWaitsNorKnowsItsThread() {
        noClasses()
                .that(HOT_PATH)
                .should()
                .callMethodWhere(calls("(wait|notify|notifyAll)", "java.lang.Object"))
                .orShould()
                .callMethodWhere(calls("(?!onSpinWait).*", "java.lang.Thread"))
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(ThreadLocal.class)
                .check(classes);
    }

    /** The answer of a store waits for the few writes of a change of windows; no request does. */
    @Test
    void onlyLeasesSpin() {
        noClasses()
                .that(HOT_PATH.and(not(LEASES)))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Thread.class)
                .check(classes);
    }

    @Test
    void doesNotBox() {
        noClasses()
                .that(HOT_PATH)
                .should()
                .callMethodWhere(
                        calls(
                                "valueOf",
                                "java\\.lang\\.(Boolean|Byte|Character|Double|Float|Integer|Long|Short)"))
                .check(classes);
    }

    @Test
    void buildsNoStrings() {
        noClasses()
                .that(HOT_PATH)
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(StringBuilder.class, StringBuffer.class)
                .orShould()
                .callMethodWhere(
                        calls("(format|formatted|concat|join|valueOf)", "java.lang.String"))
                .check(classes);
    }

    @Test
    void readsTheTimeFromTheTickerOnly() {
        noClasses()
                .that(HOT_PATH)
                .should()
                .callMethodWhere(calls("(nanoTime|currentTimeMillis)", "java.lang.System"))
                .check(classes);
    }

    @Test
    void isKnownToGovernanceOnly() {
        noClasses()
                .that(not(resideInAPackage(GOVERNANCE + "..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(LIMITERS)
                .check(classes);
    }

    /** Sentinel has an engine of its own, which needs the rules joined and not decided on. */
    @Test
    void onlyTheAdapterOfAnotherEngineSharesTheJoinOfRules() {
        noClasses()
                .that(not(resideInAPackage(GOVERNANCE + "..")))
                .and(not(resideInAPackage("io.opensergo.sentinel..")))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(GOVERNANCE + ".internal..")
                .check(classes);
    }

    /** Calls by regular expressions for the name of the method and of the class that has it. */
    private static DescribedPredicate<JavaMethodCall> calls(String method, String owner) {
        return DescribedPredicate.describe(
                "calls of " + owner + "." + method,
                call ->
                        call.getName().matches(method)
                                && call.getTargetOwner().getName().matches(owner));
    }
}

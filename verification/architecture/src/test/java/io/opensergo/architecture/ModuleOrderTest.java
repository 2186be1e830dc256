package io.opensergo.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A module uses only the modules that the design allows it, and no package is part of a cycle. */
class ModuleOrderTest {

    private static final String ROOT = "io.opensergo.";
    private static final String GENERATED = "io.opensergo.proto.internal..";
    private static final String PROTOBUF = "com.google.protobuf..";
    private static final String GRPC_JAVA = "io.grpc..";

    /** Libraries, and the one module that knows each. */
    private static final Map<Module, String> LIBRARIES =
            Map.of(
                    Module.CONSOLE, "org.eclipse.jetty..",
                    Module.GIT_REPOSITORY, "org.eclipse.jgit..",
                    Module.KUBERNETES, "io.fabric8..");

    private static JavaClasses classes;

    /** The modules besides adapters by their root package; each names those that it may use. */
    enum Module {
        RULES("rules"),
        SCHEMA("schema", RULES),
        RULE_FILES("rulefiles", RULES),
        RULE_REPOSITORY("rulerepository", RULES, RULE_FILES),
        GIT_REPOSITORY("gitrepository", RULES, RULE_REPOSITORY),
        API("api", RULES),
        PROTO("proto", RULES),
        CLIENT("client", RULES, API, PROTO),
        GOVERNANCE("governance", RULES, RULE_FILES, API),
        QUOTA_REDIS("quota.redis", RULES, API, GOVERNANCE),
        CONTROL_PLANE("controlplane", RULES, RULE_FILES, PROTO),
        KUBERNETES("kubernetes", RULES, CONTROL_PLANE),
        ETCD("etcd", RULES, RULE_REPOSITORY, CONTROL_PLANE),
        CONSOLE("console", RULES, RULE_REPOSITORY, API, GOVERNANCE, CONTROL_PLANE),
        CONFORMANCE("conformance", RULES, API, GOVERNANCE),
        TEST("test", RULES, API, GOVERNANCE, CONFORMANCE),
        TEST_CONTROL_PLANE("testcontrolplane", RULES, CONTROL_PLANE),
        CLI(
                "cli",
                RULES,
                SCHEMA,
                RULE_FILES,
                RULE_REPOSITORY,
                GIT_REPOSITORY,
                API,
                PROTO,
                CLIENT,
                CONTROL_PLANE,
                KUBERNETES,
                ETCD,
                CONSOLE);

        private final String rootPackage;

        @SuppressWarnings("ImmutableEnumChecker") // only ever a Set.of
        private final Set<Module> allowed;

        Module(String name, Module... allowed) {
            this.rootPackage = ROOT + name;
            this.allowed = Set.of(allowed);
        }

        String packages() {
            return rootPackage + "..";
        }

        Set<Module> forbidden() {
            Set<Module> forbidden = EnumSet.allOf(Module.class);
            forbidden.removeAll(allowed);
            forbidden.remove(this);
            return forbidden;
        }

        boolean mayTouchTheWire() {
            return this == PROTO || this == CLIENT || this == CONTROL_PLANE || this == ETCD;
        }

        static String[] packagesOf(Set<Module> modules) {
            return modules.stream().map(Module::packages).toArray(String[]::new);
        }
    }

    @BeforeAll
    static void importClasses() {
        classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages(rootPackages().toArray(String[]::new));
    }

    @Test
    void generatedMessagesAreSeen() {
        assertThat(classes.that(resideInAPackage(GENERATED))).isNotEmpty();
    }

    static Stream<String> adapters() {
        return Adapter.all().stream().map(Adapter::rootPackage).distinct();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CLI")
    void usesOnlyTheModulesBelow(Module module) {
        noClasses()
                .that()
                .resideInAPackage(module.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Module.packagesOf(module.forbidden()))
                .allowEmptyShould(true)
                .check(classes);
    }

    /** A slice of tests, package {@code test} of an adapter, may use what tests are made with. */
    @ParameterizedTest
    @MethodSource("adapters")
    void anAdapterUsesWhatAdaptersAreMadeOfAndNobodyUsesIt(String adapter) {
        assertThatItIsHere(adapter);
        Set<Module> allowed =
                EnumSet.of(Module.RULES, Module.API, Module.CLIENT, Module.GOVERNANCE);
        noClasses()
                .that(resideInAPackage(adapter + ".."))
                .and(not(resideInAPackage(adapter + ".test..")))
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.opensergo..")
                                .and(not(resideInAPackage(adapter + "..")))
                                .and(not(resideInAnyPackage(Module.packagesOf(allowed)))))
                .check(classes);
        noClasses()
                .that()
                .resideOutsideOfPackage(adapter + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(adapter + "..")
                .check(classes);
    }

    private static void assertThatItIsHere(String adapter) {
        assertThat(classes.that(resideInAPackage(adapter + "..")))
                .as("classes of %s, which is a dependency in adapters/pom.xml", adapter)
                .isNotEmpty();
    }

    @Test
    void onlyTheWireModulesTouchProtobuf() {
        nobodyTouches(
                PROTOBUF,
                Stream.concat(packagesOf(EnumSet.complementOf(wireModules())), adapters()));
    }

    /** For the adapter of gRPC it is the framework, which belongs to the application. */
    @Test
    void onlyTheWireModulesAndItsAdapterTouchGrpc() {
        Stream<String> others =
                Adapter.all().stream()
                        .filter(adapter -> !adapter.frameworks().contains("io.grpc"))
                        .map(Adapter::rootPackage);
        nobodyTouches(
                GRPC_JAVA, Stream.concat(packagesOf(EnumSet.complementOf(wireModules())), others));
    }

    private static Stream<String> packagesOf(Set<Module> modules) {
        return modules.stream().map(module -> module.rootPackage);
    }

    private static EnumSet<Module> wireModules() {
        EnumSet<Module> modules = EnumSet.allOf(Module.class);
        modules.removeIf(module -> !module.mayTouchTheWire());
        return modules;
    }

    private static void nobodyTouches(String library, Stream<String> rootPackages) {
        noClasses()
                .that()
                .resideInAnyPackage(rootPackages.map(each -> each + "..").toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .allowEmptyShould(true)
                .check(classes);
    }

    @Test
    void onlyOneModuleKnowsALibrary() {
        LIBRARIES.forEach(
                (module, library) -> {
                    assertThat(knows(module.rootPackage, library)).as(library).isTrue();
                    onlyItKnows(module.rootPackage, library);
                });
    }

    /** What applications bring for it is an adapter's framework, unless others have it as well. */
    @ParameterizedTest
    @MethodSource("adapters")
    void onlyItsAdapterKnowsAFramework(String adapter) {
        assertThatItIsHere(adapter);
        List<String> frameworks =
                Adapter.all().stream()
                        .filter(part -> part.rootPackage().equals(adapter))
                        .flatMap(part -> part.frameworks().stream())
                        .distinct()
                        .toList();
        assertThat(frameworks)
                .as(
                        "what %s uses of its framework: a dependency that is"
                                + " <scope>provided</scope>, whose packages begin with its"
                                + " groupId or with the property <framework.package>",
                        adapter)
                .anyMatch(framework -> knows(adapter, framework + ".."));

        Set<String> shared = Adapter.groupsOfOtherModules();
        frameworks.stream()
                .filter(framework -> !shared.contains(framework))
                .forEach(framework -> onlyItKnows(adapter, framework + ".."));
    }

    private static void onlyItKnows(String rootPackage, String library) {
        noClasses()
                .that()
                .resideOutsideOfPackage(rootPackage + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(classes);
    }

    private static boolean knows(String rootPackage, String library) {
        DescribedPredicate<JavaClass> ofLibrary = resideInAPackage(library);
        return classes.that(resideInAPackage(rootPackage + "..")).stream()
                .flatMap(one -> one.getDirectDependenciesFromSelf().stream())
                .anyMatch(each -> ofLibrary.test(each.getTargetClass()));
    }

    @ParameterizedTest
    @MethodSource("rootPackages")
    void hasNoPackageCycles(String rootPackage) {
        slices().assignedFrom(packagesOf(rootPackage))
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(classes.that(not(resideInAPackage(GENERATED))));
    }

    static Stream<String> rootPackages() {
        return Stream.concat(packagesOf(EnumSet.allOf(Module.class)), adapters());
    }

    private static SliceAssignment packagesOf(String rootPackage) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                return resideInAPackage(rootPackage + "..").test(javaClass)
                        ? SliceIdentifier.of(javaClass.getPackageName())
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages of " + rootPackage;
            }
        };
    }
}

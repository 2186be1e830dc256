package io.opensergo.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A module uses only the modules that the design allows it, and no package is part of a cycle. */
class ModuleOrderTest {

    private static final String ROOT = "io.opensergo.";
    private static final String GENERATED = "io.opensergo.proto.internal..";
    private static final String PROTOBUF = "com.google.protobuf..";
    private static final String GRPC_JAVA = "io.grpc..";

    /** Frameworks, and the one module that knows each. */
    private static final Map<Module, String> FRAMEWORKS =
            Map.of(
                    Module.CONSOLE, "org.eclipse.jetty..",
                    Module.DUBBO, "org.apache.dubbo..",
                    Module.GIT_REPOSITORY, "org.eclipse.jgit..",
                    Module.KUBERNETES, "io.fabric8..",
                    Module.SENTINEL, "com.alibaba.csp..",
                    Module.SPRING, "org.springframework..",
                    Module.VERTX, "io.vertx..");

    private static JavaClasses classes;

    /** The modules by their root package; each names the ones that it may use. */
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
        DUBBO("dubbo", RULES, API, CLIENT, GOVERNANCE),
        GRPC("grpc", RULES, API, CLIENT, GOVERNANCE),
        SENTINEL("sentinel", RULES, API, CLIENT, GOVERNANCE),
        /** With its test slice, which alone has TEST on its class path. */
        SPRING("spring", RULES, API, CLIENT, GOVERNANCE, TEST),
        VERTX("vertx", RULES, API, CLIENT, GOVERNANCE),
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
                        .importPackages(packagesOfAllModules());
    }

    @Test
    void generatedMessagesAreSeen() {
        assertThat(classes.that(resideInAPackage(GENERATED))).isNotEmpty();
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

    @Test
    void onlyTheWireModulesTouchProtobuf() {
        nobodyTouches(PROTOBUF, EnumSet.complementOf(wireModules()));
    }

    /** For the adapter of gRPC it is the framework, which belongs to the application. */
    @Test
    void onlyTheWireModulesAndItsAdapterTouchGrpc() {
        Set<Module> others = EnumSet.complementOf(wireModules());
        others.remove(Module.GRPC);
        nobodyTouches(GRPC_JAVA, others);
    }

    private static EnumSet<Module> wireModules() {
        EnumSet<Module> modules = EnumSet.allOf(Module.class);
        modules.removeIf(module -> !module.mayTouchTheWire());
        return modules;
    }

    private static void nobodyTouches(String library, Set<Module> modules) {
        noClasses()
                .that()
                .resideInAnyPackage(Module.packagesOf(modules))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .allowEmptyShould(true)
                .check(classes);
    }

    @Test
    void onlyItsAdapterKnowsAFramework() {
        FRAMEWORKS.forEach(
                (adapter, framework) -> {
                    noClasses()
                            .that()
                            .resideOutsideOfPackage(adapter.packages())
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(framework)
                            .check(classes);
                    assertThat(classes.that(resideInAPackage(adapter.packages())))
                            .as(adapter.packages())
                            .anyMatch(
                                    one ->
                                            one.getDirectDependenciesFromSelf().stream()
                                                    .anyMatch(
                                                            each ->
                                                                    resideInAPackage(framework)
                                                                            .test(
                                                                                    each
                                                                                            .getTargetClass())));
                });
    }

    @ParameterizedTest
    @EnumSource
    void hasNoPackageCycles(Module module) {
        slices().assignedFrom(packagesOf(module))
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(classes.that(not(resideInAPackage(GENERATED))));
    }

    private static String[] packagesOfAllModules() {
        return Arrays.stream(Module.values())
                .map(module -> module.rootPackage)
                .toArray(String[]::new);
    }

    private static SliceAssignment packagesOf(Module module) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                return resideInAPackage(module.packages()).test(javaClass)
                        ? SliceIdentifier.of(javaClass.getPackageName())
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages of " + module.rootPackage;
            }
        };
    }
}

package io.opensergo.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.Violation;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A record that users construct has a builder: a field more changes its constructor, and breaks
 * everybody who calls it.
 */
class RecordBuildersTest {

    /** What the library makes and users only read. */
    private static final Set<Class<?>> RESULTS =
            Set.of(
                    FaultToleranceRule.Resolution.class,
                    Problem.class,
                    ReadResult.class,
                    RuleDocument.class,
                    RuleId.class,
                    Violation.class);

    @Test
    void everyRecordThatUsersConstructHasABuilder() {
        List<Class<?>> records = recordsThatUsersConstruct();
        List<String> faults = new ArrayList<>();

        records.forEach(record -> check(record, faults));

        assertThat(records).hasSizeGreaterThan(80);
        assertThat(faults)
                .as("annotate with @Builder and add builder() and toBuilder() as Destination does")
                .isEmpty();
    }

    @Test
    void whatIsNoResultIsNotListedAsOne() {
        assertThat(RESULTS).allMatch(Class::isRecord).noneMatch(each -> hasMethod(each, "builder"));
    }

    private static List<Class<?>> recordsThatUsersConstruct() {
        return new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("io.opensergo.rules")
                        .stream()
                        .filter(JavaClass::isRecord)
                        .<Class<?>>map(JavaClass::reflect)
                        .filter(RecordBuildersTest::isPublic)
                        .filter(record -> !RESULTS.contains(record) && !wrapsOneValue(record))
                        .toList();
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    /** Returns whether a record has nothing to grow: no component, or one that is its value. */
    private static boolean wrapsOneValue(Class<?> record) {
        RecordComponent[] components = record.getRecordComponents();
        return components.length == 0
                || (components.length == 1 && components[0].getName().equals("value"));
    }

    private static void check(Class<?> record, List<String> faults) {
        boolean starts =
                Arrays.stream(record.getMethods())
                        .anyMatch(
                                method ->
                                        method.getName().equals("builder")
                                                && Modifier.isStatic(method.getModifiers()));
        if (!starts || !hasMethod(record, "toBuilder")) {
            faults.add(record.getName() + " has no builder() or no toBuilder()");
            return;
        }
        Class<?> builder = method(record, "toBuilder").getReturnType();
        if (method(builder, "build").getReturnType() != record) {
            faults.add(builder.getName() + " does not build " + record.getName());
        }
        for (RecordComponent component : record.getRecordComponents()) {
            if (!hasMethod(builder, component.getName())) {
                faults.add(builder.getName() + " does not take " + component.getName());
            }
        }
    }

    private static boolean hasMethod(Class<?> type, String name) {
        return Arrays.stream(type.getMethods()).anyMatch(each -> each.getName().equals(name));
    }

    private static Method method(Class<?> type, String name) {
        return Arrays.stream(type.getMethods())
                .filter(each -> each.getName().equals(name) && each.getParameterCount() == 0)
                .filter(each -> !each.isBridge())
                .findFirst()
                .orElseThrow(() -> new AssertionError(type.getName() + " has no " + name + "()"));
    }
}

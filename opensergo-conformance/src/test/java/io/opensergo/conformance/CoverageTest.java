package io.opensergo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.conformance.cases.Action;
import io.opensergo.conformance.cases.ConformanceCase;
import io.opensergo.conformance.cases.RuleDocuments;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Every field on which decisions depend is covered by a case whose rules have it. */
class CoverageTest {

    /** What decisions depend on beside the {@code spec}. */
    private static final Set<String> METADATA =
            Set.of(
                    "metadata.labels.app",
                    "metadata.namespace",
                    "metadata.annotations.opensergo.io/mode");

    /** Fields without an effect on decisions, with all fields below them. */
    private static final List<String> WITHOUT_EFFECT =
            List.of(
                    // names for people and metrics
                    "TrafficRouter.http.name",
                    "TrafficRouter.http.match.name",
                    "TrafficRouter.http.match.statPrefix",
                    "VirtualWorkload.type",
                    // what a control plane does with a rule
                    "TrafficRouter.exportTo",
                    // connections, which are no requests
                    "TrafficRouter.tcp",
                    "TrafficRouter.tls",
                    // localities, which nobody tells
                    "TrafficRouter.http.retries.retryRemoteLocalities");

    private static final FieldPaths FIELDS = FieldPaths.of(NetworkDelivery.governedKinds());
    private static final List<ConformanceCase> CASES = ConformanceSuite.cases();

    @Test
    void everyFieldThatAffectsDecisionsHasACase() {
        Set<String> covered =
                CASES.stream().flatMap(CoverageTest::shown).collect(Collectors.toSet());

        Set<String> uncovered = new TreeSet<>(FIELDS.leaves());
        uncovered.removeIf(CoverageTest::isWithoutEffect);
        uncovered.removeAll(covered);

        assertThat(uncovered).isEmpty();
    }

    @Test
    void metadataThatAffectsDecisionsHasACase() {
        assertThat(CASES.stream().flatMap(each -> each.covers().stream())).containsAll(METADATA);
    }

    @Test
    void casesCoverFieldsThatExist() {
        Set<String> unknown =
                CASES.stream()
                        .flatMap(each -> each.covers().stream())
                        .collect(Collectors.toCollection(TreeSet::new));
        unknown.removeAll(FIELDS.all());
        unknown.removeAll(METADATA);

        assertThat(unknown).isEmpty();
    }

    @Test
    void fieldsWithoutEffectExistAndHaveNoCase() {
        assertThat(FIELDS.all()).containsAll(WITHOUT_EFFECT);
        assertThat(CASES.stream().flatMap(each -> each.covers().stream()))
                .noneMatch(CoverageTest::isWithoutEffect);
    }

    private static boolean isWithoutEffect(String path) {
        return WITHOUT_EFFECT.stream()
                .anyMatch(each -> path.equals(each) || path.startsWith(each + "."));
    }

    /** Returns the fields that a case covers and that are there in its rules. */
    private static Stream<String> shown(ConformanceCase conformanceCase) {
        List<Object> documents = documents(conformanceCase).toList();
        return conformanceCase.covers().stream()
                .filter(path -> documents.stream().anyMatch(document -> has(document, path)));
    }

    private static Stream<Object> documents(ConformanceCase conformanceCase) {
        Stream<RuleDocuments> edits =
                conformanceCase.steps().stream()
                        .map(step -> step.action())
                        .filter(Action.ReplaceRules.class::isInstance)
                        .map(action -> ((Action.ReplaceRules) action).rules());
        return Stream.concat(Stream.of(conformanceCase.rules()), edits)
                .flatMap(
                        rules ->
                                StreamSupport.stream(
                                        new Yaml().loadAll(rules.text()).spliterator(), false));
    }

    private static boolean has(Object document, String path) {
        int afterKind = path.indexOf('.');
        Map<?, ?> rule = (Map<?, ?>) document;
        return path.substring(0, afterKind).equals(rule.get("kind"))
                && hasField(rule.get("spec"), path.substring(afterKind + 1));
    }

    /** A name that an object does not have may be below each of its entries, as in a map. */
    private static boolean hasField(Object value, String path) {
        if (value instanceof List<?> list) {
            return list.stream().anyMatch(element -> hasField(element, path));
        }
        if (!(value instanceof Map<?, ?> object)) {
            return false;
        }
        int end = path.indexOf('.');
        String name = end < 0 ? path : path.substring(0, end);
        int equals = name.indexOf('=');
        if (equals >= 0) {
            return hasValue(object.get(name.substring(0, equals)), name.substring(equals + 1))
                    || isBelow(object, path);
        }
        if (!object.containsKey(name)) {
            return isBelow(object, path);
        }
        return end < 0 || hasField(object.get(name), path.substring(end + 1));
    }

    private static boolean isBelow(Map<?, ?> object, String path) {
        return object.values().stream()
                .filter(Map.class::isInstance)
                .anyMatch(entry -> hasField(entry, path));
    }

    private static boolean hasValue(Object found, String wanted) {
        if (found instanceof Map<?, ?> map && !map.isEmpty()) {
            return map.values().stream().anyMatch(each -> hasValue(each, wanted));
        }
        if (found instanceof List<?> list) {
            return list.stream().anyMatch(each -> hasValue(each, wanted));
        }
        return wanted.equals(String.valueOf(found));
    }
}

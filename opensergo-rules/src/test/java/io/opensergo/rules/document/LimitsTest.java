package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleArbitraries;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Written;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.sessions.JqwikSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * {@link Limits} only describe the checks of the constructors, so each is tried out against them; a
 * new component is found by reflection.
 */
class LimitsTest {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int SAMPLES = 200;

    private record Field(Class<?> owner, RecordComponent component, @Nullable Limits limits) {

        String name() {
            Written[] spellings = component.getAnnotationsByType(Written.class);
            return spellings.length == 0 || spellings[0].as().equals(Written.USE_JAVA_NAME)
                    ? component.getName()
                    : spellings[0].as();
        }

        boolean isPlain() {
            for (Written spelling : component.getAnnotationsByType(Written.class)) {
                if (spelling.notation() != Notation.PLAIN) {
                    return false;
                }
            }
            return true;
        }

        boolean isNumber() {
            return Set.of(int.class, Integer.class, long.class, Long.class)
                            .contains(component.getType())
                    || (limits != null
                            && component.getAnnotationsByType(Written.class).length > 0
                            && component.getAnnotationsByType(Written.class)[0].notation()
                                    == Notation.SECONDS);
        }

        boolean isText() {
            return component.getType() == String.class;
        }

        boolean isTextList() {
            return component.getType() == List.class
                    && component.getGenericType() instanceof ParameterizedType generic
                    && generic.getActualTypeArguments()[0] == String.class;
        }
    }

    @TestFactory
    Stream<DynamicTest> numbersAreAcceptedFromMinToMax() {
        return fields(Field::isNumber)
                .map(
                        field ->
                                test(
                                        field,
                                        (document, name) -> {
                                            Limits limits = field.limits();
                                            assertThat(limits).as("limits").isNotNull();
                                            BigInteger min = BigInteger.valueOf(limits.min());
                                            BigInteger max = BigInteger.valueOf(limits.max());
                                            accepts(field, document, NODES.numberNode(min));
                                            accepts(field, document, NODES.numberNode(max));
                                            refuses(
                                                    field,
                                                    document,
                                                    NODES.numberNode(min.subtract(BigInteger.ONE)));
                                            refuses(
                                                    field,
                                                    document,
                                                    NODES.numberNode(max.add(BigInteger.ONE)));
                                        },
                                        NODES.numberNode(field.limits().min())));
    }

    @TestFactory
    Stream<DynamicTest> textsAreAcceptedUpToTheirLengthInCodePoints() {
        return fields(
                        field ->
                                field.isText()
                                        && field.limits() != null
                                        && field.limits().maxLength() < Integer.MAX_VALUE)
                .map(
                        field ->
                                test(
                                        field,
                                        (document, name) -> {
                                            int max = field.limits().maxLength();
                                            accepts(field, document, text("x".repeat(max)));
                                            accepts(field, document, text("😀".repeat(max)));
                                            refuses(field, document, text("x".repeat(max + 1)));
                                            refuses(field, document, text(""));
                                        },
                                        text("x")));
    }

    @TestFactory
    Stream<DynamicTest> emptyTextIsRefusedWhereLimitsSaySoAndNowhereElse() {
        return fields(field -> field.isText() && field.isPlain())
                .map(
                        field ->
                                test(
                                        field,
                                        (document, name) -> {
                                            if (forbidsEmpty(field)) {
                                                refuses(field, document, text(""));
                                            } else {
                                                accepts(field, document, text(""));
                                            }
                                        },
                                        text("abcd")));
    }

    @TestFactory
    Stream<DynamicTest> emptyElementIsRefusedWhereLimitsSaySoAndNowhereElse() {
        return fields(field -> field.isTextList() && (field.isPlain() || field.limits() != null))
                .map(
                        field ->
                                test(
                                        field,
                                        (document, name) -> {
                                            JsonNode withEmpty = NODES.arrayNode().add("x").add("");
                                            if (forbidsEmpty(field)) {
                                                refuses(field, document, withEmpty);
                                            } else {
                                                accepts(field, document, withEmpty);
                                            }
                                        },
                                        NODES.arrayNode().add("x")));
    }

    @TestFactory
    Stream<DynamicTest> collectionIsRequiredWhereLimitsSaySoAndNowhereElse() {
        return fields(field -> Collection.class.isAssignableFrom(field.component().getType()))
                .map(
                        field ->
                                test(
                                        field,
                                        (document, name) -> {
                                            document.remove(name);
                                            boolean required =
                                                    field.limits() != null
                                                            && field.limits().required();
                                            assertThat(read(field.owner(), document).isEmpty())
                                                    .isEqualTo(!required);
                                        },
                                        field.isPlain() ? NODES.arrayNode() : text("a")));
    }

    private static boolean forbidsEmpty(Field field) {
        return field.limits() != null
                && (field.limits().notEmpty() || field.limits().maxLength() < Integer.MAX_VALUE);
    }

    private static JsonNode text(String text) {
        return NODES.textNode(text);
    }

    /** Tests with a valid document of the owner in which the field can have the given value. */
    private static DynamicTest test(
            Field field, BiConsumer<ObjectNode, String> check, JsonNode allowed) {
        return dynamicTest(
                field.owner().getSimpleName() + "." + field.name(),
                () -> check.accept(sample(field, allowed), field.name()));
    }

    private static ObjectNode sample(Field field, JsonNode allowed) {
        List<ObjectNode> found = new ArrayList<>();
        JqwikSession.run(
                () -> {
                    var generator =
                            RuleArbitraries.records(field.owner()).generator(SAMPLES, false);
                    var random = new Random(42);
                    for (int i = 0; i < SAMPLES && found.isEmpty(); i++) {
                        Object value = generator.next(random).value();
                        ObjectNode document = RecordCodec.of(field.owner()).write(value);
                        document.set(field.name(), allowed);
                        if (read(field.owner(), document).isEmpty()) {
                            found.add(document);
                        }
                    }
                });
        assertThat(found).as("documents with %s = %s", field.name(), allowed).isNotEmpty();
        return found.get(0);
    }

    private static void accepts(Field field, ObjectNode document, JsonNode value) {
        document.set(field.name(), value);
        assertThat(read(field.owner(), document)).as("with %s", brief(value)).isEmpty();
    }

    private static void refuses(Field field, ObjectNode document, JsonNode value) {
        document.set(field.name(), value);
        assertThat(read(field.owner(), document))
                .as("with %s", brief(value))
                .isNotEmpty()
                .allMatch(path -> path.startsWith("x." + field.name()) || path.equals("x"));
    }

    private static String brief(JsonNode value) {
        String text = value.toString();
        return text.length() < 50 ? text : text.length() + " characters";
    }

    /** Returns the paths of the faults. */
    private static List<String> read(Class<?> owner, ObjectNode document) {
        var faults = new Faults();
        var path = FieldPath.ROOT.field("x");
        RecordCodec codec = RecordCodec.of(owner);
        if (Rule.class.isAssignableFrom(owner)) {
            codec.readSpec(document, path, faults, Metadata.of("default", "app", "name"));
        } else {
            codec.read(document, path, faults);
        }
        return faults.errors().stream().map(violation -> violation.path()).toList();
    }

    private static Stream<Field> fields(Predicate<Field> filter) {
        Set<Class<?>> records = new LinkedHashSet<>();
        for (RuleKind<?> kind : RuleKinds.standard().all()) {
            collect(kind.type(), records);
        }
        return records.stream()
                .flatMap(
                        owner ->
                                Stream.of(owner.getRecordComponents())
                                        .map(
                                                component ->
                                                        new Field(
                                                                owner,
                                                                component,
                                                                component.getAnnotation(
                                                                        Limits.class))))
                .filter(filter);
    }

    private static void collect(Type type, Set<Class<?>> records) {
        if (type instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                collect(argument, records);
            }
        } else if (type instanceof Class<?> plain && plain != Metadata.class) {
            if (plain.isSealed()) {
                Stream.of(plain.getPermittedSubclasses()).forEach(each -> collect(each, records));
            } else if (plain.isRecord() && records.add(plain)) {
                for (RecordComponent component : plain.getRecordComponents()) {
                    collect(component.getGenericType(), records);
                }
            }
        }
    }
}

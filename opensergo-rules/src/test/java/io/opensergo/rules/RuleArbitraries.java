package io.opensergo.rules;

import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.Threshold;
import io.opensergo.rules.traffic.HttpDirectResponse.BytesBody;
import io.opensergo.rules.traffic.StringMatch.Regex;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * Arbitrary valid rules, for property tests of every module.
 *
 * <p>They are made from the records themselves, by type, notation and limits: a new component or
 * kind is covered without a change here. What breaks a constraint between components is filtered
 * out.
 */
public final class RuleArbitraries {

    /** Texts that YAML takes for something else, or that a careless writer breaks. */
    private static final List<String> HOSTILE_TEXTS =
            List.of(
                    "",
                    " ",
                    "  leading",
                    "trailing ",
                    "\ttab",
                    "yes",
                    "No",
                    "on",
                    "~",
                    "null",
                    "NULL",
                    "true",
                    "False",
                    "0",
                    "007",
                    "0x1f",
                    "0o17",
                    "1_000",
                    "1e3",
                    "-1.5",
                    ".5",
                    ".inf",
                    ".nan",
                    "2026-01-01",
                    "12:30:45",
                    "a: b",
                    "a:",
                    ": a",
                    "- a",
                    "-",
                    "---",
                    "...",
                    "? a",
                    "# a",
                    "a # b",
                    "&a",
                    "*a",
                    "!a",
                    "%a",
                    "@a",
                    "`a`",
                    "{a}",
                    "[a]",
                    "a, b",
                    "|",
                    ">",
                    "<<",
                    "=",
                    "'",
                    "\"",
                    "it's",
                    "say \"x\"",
                    "a\\b",
                    "\\n",
                    "line\nline",
                    "line\n",
                    "\nline",
                    "  a\n b\n",
                    "a\n\nb",
                    "a \nb",
                    "\n",
                    "a\r\nb",
                    "\r",
                    "---\na",
                    "a\n---\nb",
                    "\u0000",
                    "\u0007",
                    "\u001b[0m",
                    "\u0085",
                    "a\u2028b",
                    "\uFEFF",
                    "\u00A0",
                    "é",
                    "日本語",
                    "שלום",
                    "😀",
                    "a😀\nb",
                    "\uFFFF",
                    "${x}",
                    "GET:/foo/{id}",
                    "x".repeat(200),
                    "key " + "y".repeat(1100));

    private static final List<String> REGEXES =
            List.of(
                    ".*",
                    "a|b",
                    "^/v[12]/.*$",
                    "\\d+",
                    "[^\"']*",
                    "(?i)x: y",
                    "a{2,3}",
                    "\\p{Greek}",
                    "日本.*",
                    " #",
                    "\\x{1F600}");

    private RuleArbitraries() {}

    /** Returns rules of a kind. */
    public static <R extends Rule> Arbitrary<R> rules(RuleKind<R> kind) {
        return records(kind.type());
    }

    /** Returns rules of every kind of the specification. */
    public static Arbitrary<Rule> rules() {
        return Arbitraries.of(RuleKinds.standard().all()).flatMap(RuleArbitraries::rulesOf);
    }

    /** Returns lists with one rule of each kind of the specification, in its order. */
    public static Arbitrary<List<Rule>> oneOfEachKind() {
        List<Arbitrary<Rule>> each = new ArrayList<>();
        RuleKinds.standard().all().forEach(kind -> each.add(rulesOf(kind)));
        return Combinators.combine(each).as(List::copyOf);
    }

    /** Returns instances of a record that a rule is made of. */
    public static <T> Arbitrary<T> records(Class<T> type) {
        List<Arbitrary<Object>> components = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            components.add(component(component));
        }
        return Combinators.combine(components)
                .as(values -> Optional.ofNullable(construct(type, values)))
                .filter(Optional::isPresent)
                .map(Optional::get)
                .withoutEdgeCases();
    }

    /** Returns what identifies and binds a rule, with an application and without. */
    public static Arbitrary<Metadata> metadata() {
        Arbitrary<String> names = texts().filter(text -> isOfLength(text, 1, 1024));
        Arbitrary<Map<String, String>> labels =
                Combinators.combine(maps(texts()), names.injectNull(0.3))
                        .as(
                                (others, app) -> {
                                    Map<String, String> all = new LinkedHashMap<>(others);
                                    if (app != null) {
                                        all.put(Metadata.APP_LABEL, app);
                                    }
                                    return all;
                                });
        return Combinators.combine(names, names, labels, maps(texts()))
                .as(
                        (name, namespace, all, annotations) ->
                                Metadata.builder()
                                        .name(name)
                                        .namespace(namespace)
                                        .labels(all)
                                        .annotations(annotations)
                                        .build());
    }

    /** Returns texts of any Unicode characters, and above all those that are hard to write. */
    public static Arbitrary<String> texts() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.of(HOSTILE_TEXTS)),
                Tuple.of(2, Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(8)),
                Tuple.of(1, Arbitraries.strings().ascii().ofMaxLength(12)),
                Tuple.of(
                        2,
                        Arbitraries.strings()
                                .withCharRange('\u0000', '\uD7FF')
                                .withCharRange('\uE000', '\uFFFF')
                                .ofMaxLength(12)));
    }

    @SuppressWarnings("unchecked") // a rule is a rule
    private static Arbitrary<Rule> rulesOf(RuleKind<?> kind) {
        return (Arbitrary<Rule>) (Arbitrary<?>) rules(kind);
    }

    private static Arbitrary<Object> component(RecordComponent component) {
        Written[] spellings = component.getAnnotationsByType(Written.class);
        Notation notation = spellings.length == 0 ? Notation.PLAIN : spellings[0].notation();
        Limits limits = component.getAnnotation(Limits.class);
        Arbitrary<Object> values =
                values(component.getDeclaringRecord(), component.getGenericType(), notation, limits)
                        .asGeneric();
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        return nullable ? values.injectNull(0.4) : values;
    }

    private static Arbitrary<?> values(
            Class<?> owner, Type type, Notation notation, @Nullable Limits limits) {
        return switch (notation) {
            case DURATION -> durations(1);
            case DURATION_OR_ZERO -> durations(0);
            case DECIMAL_DURATION ->
                    Combinators.combine(
                                    Arbitraries.longs().between(0, 1_000_000_000_000L),
                                    Arbitraries.of(0, 1, 500_000_000, 999_999_999))
                            .as(Duration::ofSeconds);
            case SECONDS -> whole(limits).map(Duration::ofSeconds);
            case PERCENT -> Arbitraries.integers().between(0, 100).map(percent -> percent / 100.0);
            case PERCENT_NUMBER, PERCENT_OBJECT -> ratios();
            case PERCENT_OR_NUMBER -> thresholds();
            case COMMA_SEPARATED ->
                    texts().filter(RuleArbitraries::isSeparable).list().ofMaxSize(3);
            case ONE_OR_MANY, PLAIN -> plain(owner, type, limits);
        };
    }

    private static Arbitrary<?> plain(Class<?> owner, Type type, @Nullable Limits limits) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            Arbitrary<Object> elements =
                    plain(owner, arguments[arguments.length - 1], limits).asGeneric();
            return arguments.length == 1 ? elements.list().ofMaxSize(2) : maps(elements);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == String.class) {
            return texts(owner, limits);
        }
        if (plain == int.class || plain == Integer.class) {
            return whole(limits).map(Math::toIntExact);
        }
        if (plain == long.class || plain == Long.class) {
            return whole(limits);
        }
        if (plain == Boolean.class || plain == boolean.class) {
            return Arbitraries.of(true, false);
        }
        if (plain == Metadata.class) {
            return metadata();
        }
        if (plain.isEnum()) {
            return Arbitraries.of(List.of(plain.getEnumConstants()));
        }
        if (plain.isSealed()) {
            return Arbitraries.oneOf(
                    Arrays.stream(plain.getPermittedSubclasses())
                            .<Arbitrary<?>>map(RuleArbitraries::records)
                            .toList());
        }
        return records(plain);
    }

    private static Arbitrary<String> texts(Class<?> owner, @Nullable Limits limits) {
        if (owner == Regex.class) {
            return Arbitraries.of(REGEXES);
        }
        if (owner == BytesBody.class) {
            return Arbitraries.bytes()
                    .array(byte[].class)
                    .ofMaxSize(9)
                    .map(Base64.getEncoder()::encodeToString);
        }
        if (limits == null) {
            return texts();
        }
        int max = limits.maxLength();
        Arbitrary<String> inLimits = texts().filter(text -> isOfLength(text, 1, max));
        return max == Integer.MAX_VALUE
                ? inLimits
                : Arbitraries.frequencyOf(
                        Tuple.of(20, inLimits), Tuple.of(1, Arbitraries.just("😀".repeat(max))));
    }

    private static Arbitrary<Long> whole(@Nullable Limits limits) {
        long min = Objects.requireNonNull(limits, "a number has limits").min();
        return Arbitraries.oneOf(
                Arbitraries.longs().between(min, limits.max()), Arbitraries.of(min, limits.max()));
    }

    private static Arbitrary<Duration> durations(long min) {
        Arbitrary<Duration> inUnits =
                Combinators.combine(
                                Arbitraries.longs().between(min, 10_000),
                                Arbitraries.of(1L, 1_000L, 60_000L, 3_600_000L, 86_400_000L))
                        .as((amount, unit) -> Duration.ofMillis(amount * unit));
        return Arbitraries.frequencyOf(
                Tuple.of(9, inUnits),
                Tuple.of(
                        1,
                        Arbitraries.of(Duration.ofMillis(min), Duration.ofMillis(Long.MAX_VALUE))));
    }

    private static Arbitrary<Double> ratios() {
        return Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.of(0.0, 1.0, 0.125, 1e-9, Double.MIN_VALUE, 1.0 / 3)),
                Tuple.of(1, Arbitraries.doubles().between(0, 1).map(ratio -> ratio + 0.0)));
    }

    private static Arbitrary<Threshold> thresholds() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(0, 100).map(i -> Threshold.ofCpu(i / 100.0)),
                Arbitraries.of(0.0, 4.5, 1e-5, 1e10, 1e300, Double.MAX_VALUE)
                        .map(Threshold::ofLoad));
    }

    private static <T> Arbitrary<Map<String, T>> maps(Arbitrary<T> values) {
        return Arbitraries.maps(texts(), values).ofMaxSize(2);
    }

    private static boolean isOfLength(String text, int min, int max) {
        int length = text.codePointCount(0, text.length());
        return length >= min && length <= max;
    }

    private static boolean isSeparable(String text) {
        return !text.isEmpty() && text.indexOf(',') < 0 && text.equals(text.strip());
    }

    /** Returns {@code null} if the values together break a constraint. */
    private static <T> @Nullable T construct(Class<T> type, List<Object> values) {
        try {
            Class<?>[] types =
                    Arrays.stream(type.getRecordComponents())
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new);
            return type.getDeclaredConstructor(types).newInstance(values.toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidRuleException) {
                return null;
            }
            throw new IllegalStateException("cannot make a " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type, e);
        }
    }
}

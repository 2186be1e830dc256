package io.opensergo.proto;

import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Written;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.Threshold;
import io.opensergo.rules.traffic.HttpDirectResponse.BytesBody;
import io.opensergo.rules.traffic.StringMatch;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import org.jspecify.annotations.Nullable;

/**
 * Random rules of any kind, and other records, drawn from a seed: each component of a record from
 * its type and its limits, and again until the record's constructor is content.
 */
final class RuleArbitraries {

    static final String NAMESPACE = "shop";
    static final String APP = "checkout";

    private static final int MAX_TRIES = 1_000;
    private static final List<String> TEXTS =
            List.of(
                    "a",
                    "x-user",
                    "GET:/foo",
                    "two words",
                    "a|b",
                    "\"quoted\"",
                    "naïve-ü-日本",
                    "123",
                    "9007199254740993",
                    "true",
                    "null",
                    "name.with.dots",
                    "back\\slash\nline",
                    "pricing.shop.svc.cluster.local",
                    "*");
    private static final List<String> REGEXES = List.of(".*", "\\d+", "", "a|b", "(?i)x[0-9]*");
    private static final long[] NUMBERS = {
        0, 1, 2, 7, 100, 1_500, 65_535, Integer.MAX_VALUE, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE
    };

    private final Random random;

    private RuleArbitraries(long seed) {
        this.random = new Random(seed);
    }

    /** Returns rules with any metadata. */
    static <R extends Rule> Arbitrary<R> rules(RuleKind<R> kind) {
        return Arbitraries.longs().map(seed -> new RuleArbitraries(seed).record(kind.type()));
    }

    /** Returns records that are no rules. */
    static <T extends Record> Arbitrary<T> records(Class<T> type) {
        return Arbitraries.longs().map(seed -> new RuleArbitraries(seed).record(type));
    }

    /** Returns rules as a plain document has them: an app, and neither labels nor annotations. */
    static <R extends Rule> Arbitrary<R> plainRules(RuleKind<R> kind) {
        return Arbitraries.longs()
                .map(
                        seed -> {
                            var draw = new RuleArbitraries(seed);
                            draw.plain = true;
                            return draw.record(kind.type());
                        });
    }

    private boolean plain;

    private <T> T record(Class<T> type) {
        for (int i = 0; i < MAX_TRIES; i++) {
            T record = tryRecord(type);
            if (record != null) {
                return record;
            }
        }
        throw new IllegalStateException("no valid " + type + " found");
    }

    private <T> @Nullable T tryRecord(Class<T> type) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            boolean optional = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
            values[i] = optional && random.nextBoolean() ? null : value(components[i]);
        }
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidRuleException) {
                return null;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Object value(RecordComponent component) {
        Class<?> owner = component.getDeclaringRecord();
        if (owner == StringMatch.Regex.class) {
            return any(REGEXES);
        }
        if (owner == BytesBody.class) {
            return any(List.of("", "AAE=", "/+8="));
        }
        Written[] written = component.getAnnotationsByType(Written.class);
        Notation notation = written.length == 0 ? Notation.PLAIN : written[0].notation();
        return value(component.getGenericType(), notation, component.getAnnotation(Limits.class));
    }

    private Object value(Type type, Notation notation, @Nullable Limits limits) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            int size = random.nextBoolean() ? 0 : 1 + random.nextInt(3);
            if (generic.getRawType() == List.class) {
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    list.add(value(arguments[0], Notation.PLAIN, null));
                }
                return list;
            }
            Map<String, Object> map = new HashMap<>();
            for (int i = 0; i < size; i++) {
                map.put(any(TEXTS), value(arguments[1], Notation.PLAIN, null));
            }
            return map;
        }
        return value((Class<?>) type, notation, limits);
    }

    private Object value(Class<?> type, Notation notation, @Nullable Limits limits) {
        if (type == String.class) {
            return any(TEXTS);
        }
        if (type == Duration.class) {
            return duration(notation);
        }
        if (type == Instant.class) {
            return Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
        }
        if (type == double.class || type == Double.class) {
            return ratio(notation);
        }
        if (type == boolean.class || type == Boolean.class) {
            return random.nextBoolean();
        }
        if (type == int.class || type == Integer.class) {
            return (int) number(limits, Integer.MAX_VALUE);
        }
        if (type == long.class) {
            return number(limits, Long.MAX_VALUE);
        }
        if (type == Metadata.class) {
            return metadata();
        }
        if (type == Threshold.class) {
            return random.nextBoolean()
                    ? Threshold.ofCpu(random.nextInt(101) / 100.0)
                    : Threshold.ofLoad(random.nextInt(50) / 4.0);
        }
        if (type.isEnum()) {
            return any(List.of(type.getEnumConstants()));
        }
        if (type.isSealed()) {
            return record(any(List.of(type.getPermittedSubclasses())));
        }
        return record(type);
    }

    private Metadata metadata() {
        String name = any(TEXTS) + random.nextInt(1_000_000);
        if (plain || random.nextInt(4) > 0) {
            return Metadata.of(NAMESPACE, APP, name);
        }
        Map<String, String> labels = new HashMap<>(Map.of("tier", any(TEXTS)));
        if (random.nextBoolean()) {
            labels.put(Metadata.APP_LABEL, APP);
        }
        return Metadata.builder()
                .name(name)
                .namespace(any(TEXTS))
                .labels(labels)
                .annotations(Map.of("note", any(TEXTS)))
                .build();
    }

    private Duration duration(Notation notation) {
        long amount = number(null, Integer.MAX_VALUE);
        return switch (notation) {
            case SECONDS -> Duration.ofSeconds(amount);
            case DECIMAL_DURATION -> Duration.ofSeconds(amount, random.nextInt(1_000_000_000));
            default ->
                    random.nextInt(10) == 0
                            ? Duration.ofMillis(number(null, Long.MAX_VALUE / 2000))
                            : Duration.ofMillis(amount);
        };
    }

    private double ratio(Notation notation) {
        boolean wholePercent = notation == Notation.PERCENT || random.nextBoolean();
        return wholePercent ? random.nextInt(101) / 100.0 : random.nextDouble();
    }

    private long number(@Nullable Limits limits, long max) {
        long highest = limits == null ? max : Math.min(max, limits.max());
        long lowest = limits == null ? 0 : Math.max(0, limits.min());
        long drawn =
                random.nextBoolean()
                        ? NUMBERS[random.nextInt(NUMBERS.length)]
                        : random.nextLong() >>> 1 >>> random.nextInt(62);
        return Math.max(lowest, Math.min(drawn, highest));
    }

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}

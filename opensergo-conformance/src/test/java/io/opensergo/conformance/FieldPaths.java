package io.opensergo.conformance;

import io.opensergo.rules.Notation;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Written;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The fields of rule kinds as cases name them, found from the records by reflection: {@code
 * Kind.field.field}, one for each spelling, and {@code Kind.field=Value} for each value of an
 * enumeration.
 */
final class FieldPaths {

    private final Set<String> all = new LinkedHashSet<>();
    private final Set<String> leaves = new LinkedHashSet<>();

    private FieldPaths() {}

    static FieldPaths of(List<RuleKind<?>> kinds) {
        var paths = new FieldPaths();
        kinds.forEach(kind -> paths.addRecord(kind.name(), kind.type()));
        return paths;
    }

    /** Returns every field, with those that hold other fields. */
    Set<String> all() {
        return all;
    }

    /** Returns the fields that hold no others; for an enumeration its values instead. */
    Set<String> leaves() {
        return leaves;
    }

    private void addRecord(String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            if (!component.getName().equals("metadata")) {
                addComponent(prefix, component);
            }
        }
    }

    private void addComponent(String prefix, RecordComponent component) {
        Written[] spellings = component.getAnnotationsByType(Written.class);
        if (spellings.length == 0) {
            add(prefix + "." + component.getName(), component.getGenericType());
        }
        for (Written spelling : spellings) {
            String path = prefix + "." + nameOf(spelling, component.getName());
            if (spelling.notation() == Notation.PLAIN) {
                add(path, component.getGenericType());
            } else {
                addLeaf(path);
            }
        }
    }

    private void add(String path, Type declared) {
        Class<?> type = elementOf(declared);
        all.add(path);
        if (type.isRecord()) {
            addRecord(path, type);
        } else if (type.isEnum()) {
            Stream.of(type.getEnumConstants())
                    .map(constant -> path + "=" + nameOf((Enum<?>) constant))
                    .forEach(this::addLeaf);
        } else if (type.isSealed()) {
            Stream.of(type.getPermittedSubclasses())
                    .map(each -> alternative(path, each))
                    .forEach(this::addLeaf);
        } else {
            addLeaf(path);
        }
    }

    private void addLeaf(String path) {
        all.add(path);
        leaves.add(path);
    }

    /** Returns the type of the elements of a list or of the values of a map. */
    private static Class<?> elementOf(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return elementOf(arguments[generic.getRawType() == Map.class ? 1 : 0]);
        }
        return (Class<?>) type;
    }

    private static String alternative(String path, Class<?> type) {
        Written written = type.getAnnotation(Written.class);
        String name =
                written == null
                        ? type.getSimpleName().toLowerCase(Locale.ROOT)
                        : nameOf(written, type.getSimpleName());
        return name.isEmpty() ? path + "={}" : path + "." + name;
    }

    private static String nameOf(Enum<?> constant) {
        try {
            Written written =
                    constant.getDeclaringClass()
                            .getField(constant.name())
                            .getAnnotation(Written.class);
            return written == null ? constant.name() : nameOf(written, constant.name());
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    private static String nameOf(Written spelling, String javaName) {
        return spelling.as().equals(Written.USE_JAVA_NAME) ? javaName : spelling.as();
    }
}

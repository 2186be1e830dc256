package io.opensergo.dubbo;

import io.opensergo.rules.contract.FieldDescriptor;
import io.opensergo.rules.contract.FieldDescriptor.Label;
import io.opensergo.rules.contract.TypeDescriptor;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The types that methods name, and those that their fields name in turn. Types of Java and Jakarta
 * are named and not described. For one thread.
 */
final class TypeCatalogue {

    private static final Map<Class<?>, FieldDescriptor.Type> SCALARS =
            Map.ofEntries(
                    Map.entry(boolean.class, FieldDescriptor.Type.BOOL),
                    Map.entry(Boolean.class, FieldDescriptor.Type.BOOL),
                    Map.entry(byte.class, FieldDescriptor.Type.INT32),
                    Map.entry(Byte.class, FieldDescriptor.Type.INT32),
                    Map.entry(short.class, FieldDescriptor.Type.INT32),
                    Map.entry(Short.class, FieldDescriptor.Type.INT32),
                    Map.entry(int.class, FieldDescriptor.Type.INT32),
                    Map.entry(Integer.class, FieldDescriptor.Type.INT32),
                    Map.entry(long.class, FieldDescriptor.Type.INT64),
                    Map.entry(Long.class, FieldDescriptor.Type.INT64),
                    Map.entry(float.class, FieldDescriptor.Type.FLOAT),
                    Map.entry(Float.class, FieldDescriptor.Type.FLOAT),
                    Map.entry(double.class, FieldDescriptor.Type.DOUBLE),
                    Map.entry(Double.class, FieldDescriptor.Type.DOUBLE),
                    Map.entry(char.class, FieldDescriptor.Type.STRING),
                    Map.entry(Character.class, FieldDescriptor.Type.STRING),
                    Map.entry(String.class, FieldDescriptor.Type.STRING),
                    Map.entry(byte[].class, FieldDescriptor.Type.BYTES));

    private static final List<String> OF_JAVA = List.of("java.", "javax.", "jakarta.");

    private final Map<String, TypeDescriptor> types = new LinkedHashMap<>();

    /** Takes a type with all it names, and returns its name. */
    String add(Type type) {
        Deque<Class<?>> left = new ArrayDeque<>();
        mentioned(type, left);
        while (!left.isEmpty()) {
            Class<?> next = left.removeFirst();
            if (isOurs(next) && !types.containsKey(next.getName())) {
                types.put(next.getName(), describe(next, left));
            }
        }
        return type.getTypeName();
    }

    List<TypeDescriptor> all() {
        return List.copyOf(types.values());
    }

    /** A type whose fields name a class that is missing is described without them. */
    private static TypeDescriptor describe(Class<?> type, Deque<Class<?>> left) {
        List<FieldDescriptor> fields;
        try {
            fields = fields(type, left);
        } catch (LinkageError | TypeNotPresentException e) {
            fields = List.of();
        }
        return TypeDescriptor.builder().name(type.getName()).fields(fields).build();
    }

    private static List<FieldDescriptor> fields(Class<?> type, Deque<Class<?>> left) {
        List<FieldDescriptor> fields = new ArrayList<>();
        for (Class<?> each = type; each != null && isOurs(each); each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if ((field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0
                        && !field.isSynthetic()) {
                    mentioned(field.getGenericType(), left);
                    fields.add(describe(field));
                }
            }
        }
        return fields;
    }

    private static FieldDescriptor describe(Field field) {
        Type element = element(field.getGenericType());
        Class<?> raw = raw(element);
        FieldDescriptor.Type scalar = SCALARS.get(raw);
        FieldDescriptor.Type type =
                scalar != null
                        ? scalar
                        : raw.isEnum() ? FieldDescriptor.Type.ENUM : FieldDescriptor.Type.MESSAGE;
        boolean isRepeated = !element.equals(field.getGenericType());
        return FieldDescriptor.builder()
                .name(field.getName())
                .type(type)
                .label(isRepeated ? Label.REPEATED : Label.OPTIONAL)
                .typeName(scalar == null ? element.getTypeName() : null)
                .build();
    }

    /** Returns what an array or a collection holds, and any other type as it is. */
    private static Type element(Type type) {
        if (type instanceof GenericArrayType array) {
            return array.getGenericComponentType();
        }
        if (type instanceof ParameterizedType generic
                && Collection.class.isAssignableFrom(raw(type))
                && generic.getActualTypeArguments().length == 1) {
            return generic.getActualTypeArguments()[0];
        }
        return type instanceof Class<?> array && array.isArray() && array != byte[].class
                ? array.getComponentType()
                : type;
    }

    private static void mentioned(Type type, Deque<Class<?>> left) {
        if (type instanceof ParameterizedType generic) {
            Stream.of(generic.getActualTypeArguments()).forEach(each -> mentioned(each, left));
        }
        if (type instanceof GenericArrayType array) {
            mentioned(array.getGenericComponentType(), left);
        } else {
            Class<?> raw = raw(type);
            while (raw.isArray()) {
                raw = raw.getComponentType();
            }
            left.add(raw);
        }
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> raw) {
            return raw;
        }
        if (type instanceof ParameterizedType generic) {
            return raw(generic.getRawType());
        }
        if (type instanceof WildcardType wildcard) {
            return raw(wildcard.getUpperBounds()[0]);
        }
        return Object.class; // a variable, or an array of generic elements
    }

    private static boolean isOurs(Class<?> type) {
        return !type.isPrimitive()
                && !type.isArray()
                && type != Object.class
                && type.getClassLoader() != null
                && OF_JAVA.stream().noneMatch(type.getName()::startsWith);
    }
}

package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Rule;
import io.opensergo.rules.Violation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Records by the names and notations of their components.
 *
 * <p>Reading reports every fault: those of the fields, and those that the constructor finds in the
 * rest.
 */
final class RecordCodec implements Codec {

    private static final ClassValue<RecordCodec> CODECS =
            new ClassValue<>() {
                @Override
                protected RecordCodec computeValue(Class<?> type) {
                    return new RecordCodec(type);
                }
            };

    /**
     * One way to write a component; the first of a component is the one that is used for writing.
     */
    private record Spelling(int component, String name, Codec codec) {}

    /** The {@code metadata} of a rule, which is not part of its {@code spec}; has no spelling. */
    private static final String METADATA = "metadata";

    private static final Pattern HEAD_END = Pattern.compile("[.\\[]");

    private final Class<?> type;
    private final RecordComponent[] components;
    private final MethodHandle constructor;
    private final MethodHandle[] accessors;
    private final boolean[] required;
    private final boolean[] secret;
    private final @Nullable Spelling[] canonical;
    private final Map<String, Spelling> byName = new LinkedHashMap<>();
    private final int metadataIndex;

    private RecordCodec(Class<?> type) {
        this.type = type;
        this.components = type.getRecordComponents();
        this.accessors = new MethodHandle[components.length];
        this.required = new boolean[components.length];
        this.secret = new boolean[components.length];
        this.canonical = new Spelling[components.length];
        this.metadataIndex = Rule.class.isAssignableFrom(type) ? indexOfMetadata() : -1;
        Class<?>[] parameterTypes = new Class<?>[components.length];
        try {
            var lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
            for (int i = 0; i < components.length; i++) {
                parameterTypes[i] = components[i].getType();
                accessors[i] = lookup.unreflect(components[i].getAccessor());
                if (i != metadataIndex) {
                    addSpellings(i);
                }
            }
            var reflected = type.getDeclaredConstructor(parameterTypes);
            this.constructor =
                    lookup.unreflectConstructor(reflected)
                            .asSpreader(Object[].class, components.length);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    "the record " + type + " must be open to this library", e);
        }
    }

    static RecordCodec of(Class<?> type) {
        return CODECS.get(type);
    }

    private int indexOfMetadata() {
        int index = indexOf(METADATA);
        if (index >= 0 && components[index].getType() == Metadata.class) {
            return index;
        }
        throw new IllegalArgumentException(
                "the rule " + type + " must have a component 'Metadata metadata'");
    }

    private void addSpellings(int index) {
        RecordComponent component = components[index];
        Limits limits = component.getAnnotation(Limits.class);
        boolean collection = component.getType() == List.class || component.getType() == Map.class;
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        secret[index] = limits != null && limits.secret();
        required[index] = collection ? limits != null && limits.required() : !nullable;
        Written[] spellings = component.getAnnotationsByType(Written.class);
        if (spellings.length == 0) {
            addSpelling(index, component.getName(), Notation.PLAIN, limits);
        }
        for (Written spelling : spellings) {
            String name =
                    spelling.as().equals(Written.USE_JAVA_NAME)
                            ? component.getName()
                            : spelling.as();
            addSpelling(index, name, spelling.notation(), limits);
        }
    }

    private void addSpelling(int index, String name, Notation notation, @Nullable Limits limits) {
        Codec codec = Codecs.of(components[index].getGenericType(), notation);
        if (codec instanceof ScalarCodec scalar && limits != null && !limits.hint().isEmpty()) {
            codec = scalar.withHint(limits.hint());
        }
        var spelling = new Spelling(index, name, codec);
        if (canonical[index] == null) {
            canonical[index] = spelling;
        }
        if (byName.put(name, spelling) != null) {
            throw new IllegalArgumentException(
                    "two components of " + type + " are written as '" + name + "'");
        }
    }

    /** Returns whether a field of this name is read. */
    boolean hasField(String name) {
        return byName.containsKey(name);
    }

    @Override
    public @Nullable Object read(JsonNode node, FieldPath path, Faults faults) {
        return new Reading(path, faults, false).read(node);
    }

    /**
     * Reads the {@code spec} of a rule whose metadata is known already, or {@code null} if it is
     * faulty.
     */
    @Nullable Object readSpec(
            JsonNode spec, FieldPath path, Faults faults, @Nullable Metadata metadata) {
        var reading = new Reading(path, faults, false);
        reading.values[metadataIndex] = metadata;
        reading.failed[metadataIndex] = metadata == null;
        return reading.read(spec);
    }

    /** Reads a record with one component, whose faults are those of the value itself. */
    @Nullable Object readBare(JsonNode node, FieldPath path, Faults faults) {
        return new Reading(path, faults, true).read(node);
    }

    /** One record while it is read. */
    private final class Reading {

        private final FieldPath path;
        private final Faults faults;
        private final boolean bare;
        private final @Nullable Object[] values = new Object[components.length];
        private final @Nullable Spelling[] used = new Spelling[components.length];
        private final boolean[] failed = new boolean[components.length];

        Reading(FieldPath path, Faults faults, boolean bare) {
            this.path = path;
            this.faults = faults;
            this.bare = bare;
        }

        @Nullable Object read(JsonNode node) {
            if (!node.isObject()) {
                faults.add(path, "must be an object", Codec.describe(node));
                return null;
            }
            int before = faults.count();
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                readField(entry.getKey(), entry.getValue());
            }
            for (int i = 0; i < components.length; i++) {
                Spelling spelling = canonical[i];
                if (spelling != null && used[i] == null && required[i]) {
                    faults.add(path.field(spelling.name), "is required", Violations.MISSING);
                    failed[i] = true;
                }
                if (values[i] == null) {
                    values[i] = placeholder(components[i].getType());
                }
            }
            Object record = construct();
            return faults.count() == before && !anyFailed() ? record : null;
        }

        private void readField(String name, JsonNode value) {
            Spelling spelling = byName.get(name);
            if (spelling == null) {
                String suggestion = Suggestion.among(byName.keySet(), name);
                faults.unknownField(
                        path.field(name),
                        "is an unknown field; allowed: " + byName.keySet() + suggestion);
                return;
            }
            int index = spelling.component;
            if (value.isNull() && !required[index]) {
                return;
            }
            Spelling other = used[index];
            if (other != null) {
                faults.add(
                        path.field(name), "must not be given together with " + other.name, "both");
                return;
            }
            used[index] = spelling;
            int before = faults.count();
            values[index] = spelling.codec.read(value, bare ? path : path.field(name), faults);
            failed[index] = faults.count() != before;
            if (secret[index]) {
                faults.hideFound(before);
            }
        }

        /**
         * Calls the constructor even after faults, so that it reports those of the other components
         * too.
         */
        private @Nullable Object construct() {
            try {
                return constructor.invoke(values);
            } catch (InvalidRuleException e) {
                e.violations().forEach(this::report);
            } catch (RuntimeException e) {
                if (!anyFailed()) {
                    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
                    faults.add(
                            path,
                            "must be a valid " + type.getSimpleName() + ": " + reason,
                            "invalid");
                }
            } catch (Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(
                        "the constructor of " + type + " threw a checked exception", e);
            }
            return null;
        }

        /**
         * Translates the component names of a violation to document names, unless a fault says it
         * already.
         */
        private void report(Violation violation) {
            String head = HEAD_END.split(violation.path(), 2)[0];
            int index = indexOf(head);
            if (index < 0 && !anyFailed()) {
                add(violation);
            } else if (index >= 0 && !failed[index]) {
                Spelling spelling = used[index] == null ? canonical[index] : used[index];
                String name = spelling == null ? head : spelling.name;
                String tail = violation.path().substring(head.length());
                add(new Violation(name + tail, violation.expected(), violation.found()));
            }
        }

        private void add(Violation violation) {
            String parent = path.toString();
            if (violation.path().isEmpty()) {
                faults.add(new Violation(parent, violation.expected(), violation.found()));
            } else {
                faults.add(parent.isEmpty() ? violation : violation.under(parent));
            }
        }

        private boolean anyFailed() {
            for (boolean each : failed) {
                if (each) {
                    return true;
                }
            }
            return false;
        }
    }

    private int indexOf(String component) {
        for (int i = 0; i < components.length; i++) {
            if (components[i].getName().equals(component)) {
                return i;
            }
        }
        return -1;
    }

    private static @Nullable Object placeholder(Class<?> type) {
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return 0L;
        }
        if (type == double.class) {
            return 0.0;
        }
        return type == boolean.class ? false : null;
    }

    /** Writes the fields of a record; of a rule, those of its {@code spec}. */
    @Override
    public ObjectNode write(Object value) {
        ObjectNode object = NODES.objectNode();
        for (int i = 0; i < components.length; i++) {
            Spelling spelling = canonical[i];
            Object component = spelling == null ? null : get(i, value);
            if (spelling != null && component != null && (required[i] || !isEmpty(component))) {
                object.set(spelling.name, spelling.codec.write(component));
            }
        }
        return object;
    }

    private @Nullable Object get(int component, Object value) {
        try {
            return accessors[component].invoke(value);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("the accessor " + components[component] + " threw", e);
        }
    }

    private static boolean isEmpty(Object component) {
        return (component instanceof Collection<?> collection && collection.isEmpty())
                || (component instanceof Map<?, ?> map && map.isEmpty());
    }
}

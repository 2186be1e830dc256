package io.opensergo.schema.internal;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinitionProviderV2;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Rule;
import io.opensergo.rules.Written;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says of records, enums and sealed types what the reader of documents accepts: their document
 * names, notations, limits, and what is required.
 */
final class RuleDefinitions implements CustomDefinitionProviderV2 {

    private static final String DURATION = "^[1-9]\\d*(s|ms|m|min|minute|h|d)$";
    private static final String DURATION_OR_ZERO = "^\\d+(s|ms|m|min|minute|h|d)$";
    private static final String DECIMAL_DURATION = "^(\\d+(\\.\\d+)?(h|m|s|ms|us|ns))+$";
    private static final String PERCENT = "^([1-9]\\d?|100|0)%$";

    /** One name of a component in a document, with the notation of the value. */
    private record Spelling(String name, Notation notation) {}

    @Override
    public @Nullable CustomDefinition provideCustomSchemaDefinition(
            ResolvedType type, SchemaGenerationContext context) {
        Class<?> erased = type.getErasedType();
        if (erased.isRecord()) {
            return new CustomDefinition(record(erased, context));
        }
        if (erased.isEnum()) {
            return inline(enumeration(erased));
        }
        if (erased.isSealed()) {
            return new CustomDefinition(union(erased, context));
        }
        return null;
    }

    private static CustomDefinition inline(ObjectNode node) {
        return new CustomDefinition(
                node,
                CustomDefinition.DefinitionType.INLINE,
                CustomDefinition.AttributeInclusion.NO);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode record(Class<?> type, SchemaGenerationContext context) {
        ObjectNode schema = object();
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        List<String> required = new ArrayList<>();
        ArrayNode alternatives = JsonNodeFactory.instance.arrayNode();
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getType() == Metadata.class) {
                continue;
            }
            List<Spelling> spellings = spellings(component);
            for (Spelling spelling : spellings) {
                properties.set(spelling.name, property(component, spelling, context));
            }
            if (isRequired(component) && spellings.size() == 1) {
                required.add(spellings.get(0).name);
            }
            if (spellings.size() > 1) {
                alternatives.add(choice(spellings, isRequired(component)));
            }
        }
        if (Rule.class.isAssignableFrom(type) && !properties.has("selector")) {
            properties.set("selector", selector());
        }
        if (!required.isEmpty()) {
            required.forEach(schema.putArray("required")::add);
        }
        if (!alternatives.isEmpty()) {
            schema.set("allOf", alternatives);
        }
        schema.put("additionalProperties", false);
        return schema;
    }

    /** Exactly one of several spellings, or at most one where the component may be left out. */
    private static ObjectNode choice(List<Spelling> spellings, boolean required) {
        ObjectNode choice = object();
        ArrayNode options = choice.putArray("oneOf");
        for (Spelling spelling : spellings) {
            options.addObject().putArray("required").add(spelling.name);
        }
        if (!required) {
            ArrayNode any = options.addObject().putObject("not").putArray("anyOf");
            for (Spelling spelling : spellings) {
                any.addObject().putArray("required").add(spelling.name);
            }
        }
        return choice;
    }

    private static ObjectNode selector() {
        ObjectNode selector = object();
        selector.put("type", "object");
        selector.put("description", "Binds the rule to an application, as the label 'app' does.");
        selector.putObject("properties").putObject("app").put("type", "string").put("minLength", 1);
        selector.putArray("required").add("app");
        selector.put("additionalProperties", false);
        return selector;
    }

    private static List<Spelling> spellings(RecordComponent component) {
        List<Spelling> spellings = new ArrayList<>();
        for (Written written : component.getAnnotationsByType(Written.class)) {
            boolean javaName = written.as().equals(Written.USE_JAVA_NAME);
            spellings.add(
                    new Spelling(
                            javaName ? component.getName() : written.as(), written.notation()));
        }
        if (spellings.isEmpty()) {
            spellings.add(new Spelling(component.getName(), Notation.PLAIN));
        }
        return spellings;
    }

    private static boolean isRequired(RecordComponent component) {
        if (component.getType() == List.class || component.getType() == Map.class) {
            Limits limits = component.getAnnotation(Limits.class);
            return limits != null && limits.required();
        }
        return !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static ObjectNode property(
            RecordComponent component, Spelling spelling, SchemaGenerationContext context) {
        ObjectNode schema =
                spelling.notation == Notation.PLAIN
                        ? plain(component.getGenericType(), context)
                        : notation(spelling.notation);
        limit(schema, component.getAnnotation(Limits.class), spelling.notation);
        JsonPropertyDescription description =
                component.getAnnotation(JsonPropertyDescription.class);
        if (description == null) {
            description = fieldDescription(component);
        }
        return description == null ? schema : described(schema, description.value());
    }

    /** The annotation cannot stand on a record component itself, only on what is made of it. */
    private static @Nullable JsonPropertyDescription fieldDescription(RecordComponent component) {
        return component.getAccessor().getAnnotation(JsonPropertyDescription.class);
    }

    /** Draft 7 ignores what stands beside a reference, so a described reference is wrapped. */
    private static ObjectNode described(ObjectNode schema, String description) {
        ObjectNode result = object();
        result.put("description", description);
        boolean literal = schema.has("type") || schema.has("enum");
        if (literal) {
            result.setAll(schema);
        } else {
            result.putArray("allOf").add(schema);
        }
        return result;
    }

    private static void limit(ObjectNode schema, @Nullable Limits limits, Notation notation) {
        if (limits == null) {
            return;
        }
        if (notation == Notation.PLAIN || notation == Notation.SECONDS) {
            if (limits.min() != Long.MIN_VALUE) {
                schema.put("minimum", limits.min());
            }
            if (limits.max() != Long.MAX_VALUE) {
                schema.put("maximum", limits.max());
            }
        }
        if (limits.notEmpty()) {
            boolean list = schema.get("items") instanceof ObjectNode;
            (list ? (ObjectNode) schema.get("items") : schema).put("minLength", 1);
        }
        if (limits.maxLength() != Integer.MAX_VALUE) {
            schema.put("minLength", 1).put("maxLength", limits.maxLength());
        }
    }

    private static ObjectNode plain(Type type, SchemaGenerationContext context) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            ObjectNode schema = object();
            if (generic.getRawType() == List.class) {
                schema.put("type", "array").set("items", plain(arguments[0], context));
            } else {
                schema.put("type", "object")
                        .set("additionalProperties", plain(arguments[1], context));
            }
            return schema;
        }
        if (type == String.class) {
            return object().put("type", "string");
        }
        if (type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class) {
            return object().put("type", "integer");
        }
        if (type == double.class || type == Double.class) {
            return object().put("type", "number");
        }
        if (type == boolean.class || type == Boolean.class) {
            return object().put("type", "boolean");
        }
        if (type instanceof Class<?> enumType && enumType.isEnum()) {
            return enumeration(enumType);
        }
        return context.createDefinitionReference(context.getTypeContext().resolve(type));
    }

    private static ObjectNode notation(Notation notation) {
        return switch (notation) {
            case DURATION -> pattern(DURATION);
            case DURATION_OR_ZERO -> pattern(DURATION_OR_ZERO);
            case DECIMAL_DURATION -> pattern(DECIMAL_DURATION);
            case SECONDS -> object().put("type", "integer");
            case PERCENT -> pattern(PERCENT);
            case PERCENT_NUMBER -> percentNumber();
            case PERCENT_OBJECT -> {
                ObjectNode schema = object().put("type", "object");
                schema.putObject("properties").set("value", percentNumber());
                schema.putArray("required").add("value");
                yield schema.put("additionalProperties", false);
            }
            case COMMA_SEPARATED -> object().put("type", "string");
            case ONE_OR_MANY -> {
                ObjectNode schema = object();
                ArrayNode options = schema.putArray("oneOf");
                options.addObject().put("type", "string").put("minLength", 1);
                ObjectNode many = options.addObject().put("type", "array");
                many.putObject("items").put("type", "string").put("minLength", 1);
                yield schema;
            }
            case PERCENT_OR_NUMBER -> {
                ObjectNode schema = object();
                schema.putArray("oneOf")
                        .add(pattern(PERCENT))
                        .add(object().put("type", "number").put("minimum", 0));
                yield schema;
            }
            case PLAIN -> throw new IllegalArgumentException("a plain form depends on the type");
        };
    }

    private static ObjectNode pattern(String pattern) {
        return object().put("type", "string").put("pattern", pattern);
    }

    private static ObjectNode percentNumber() {
        return object().put("type", "number").put("minimum", 0).put("maximum", 100);
    }

    private static ObjectNode enumeration(Class<?> type) {
        ObjectNode schema = object();
        ArrayNode names = schema.putArray("enum");
        for (Object constant : type.getEnumConstants()) {
            names.add(documentName(type, (Enum<?>) constant));
        }
        return schema;
    }

    private static String documentName(Class<?> type, Enum<?> constant) {
        try {
            Written written = type.getField(constant.name()).getAnnotation(Written.class);
            return written == null ? constant.name() : written.as();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("an enum constant without its field: " + constant, e);
        }
    }

    private static ObjectNode union(Class<?> type, SchemaGenerationContext context) {
        ObjectNode schema = object();
        ArrayNode alternatives = schema.putArray("oneOf");
        for (Class<?> each : type.getPermittedSubclasses()) {
            alternatives.add(alternative(each, context));
        }
        return schema;
    }

    private static ObjectNode alternative(Class<?> type, SchemaGenerationContext context) {
        Written written = type.getAnnotation(Written.class);
        String simple = type.getSimpleName();
        String name =
                written == null
                        ? Character.toLowerCase(simple.charAt(0)) + simple.substring(1)
                        : written.as();
        ObjectNode schema = object().put("type", "object");
        schema.put("additionalProperties", false);
        if (name.isEmpty()) {
            return schema;
        }
        RecordComponent[] components = type.getRecordComponents();
        ObjectNode content =
                components.length == 1 && components[0].getName().equals("value")
                        ? plain(components[0].getGenericType(), context)
                        : record(type, context);
        schema.putObject("properties").set(name, content);
        schema.putArray("required").add(name);
        return schema;
    }
}

package io.opensergo.schema.internal;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.CustomDefinition.AttributeInclusion;
import com.github.victools.jsonschema.generator.CustomDefinition.DefinitionType;
import com.github.victools.jsonschema.generator.CustomDefinitionProviderV2;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Rule;
import io.opensergo.rules.Written;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of records and of sealed interfaces of records, as the reader takes them.
 *
 * <p>What a reader refuses in a strict document, these refuse: the rules for names, notations and
 * required components are those of the reader, and tests hold the two together.
 */
final class RecordDefinitions implements CustomDefinitionProviderV2 {

    private static final String METADATA = "metadata";
    private static final String SELECTOR = "selector";
    private static final int MAX_NAME_LENGTH = 1024;

    @Override
    public @Nullable CustomDefinition provideCustomSchemaDefinition(
            ResolvedType type, SchemaGenerationContext context) {
        Class<?> erased = type.getErasedType();
        if (erased.isRecord()) {
            return definition(record(erased, context));
        }
        return erased.isSealed() ? definition(union(erased, context)) : null;
    }

    private static CustomDefinition definition(ObjectNode node) {
        return new CustomDefinition(node, DefinitionType.STANDARD, AttributeInclusion.NO);
    }

    /** The {@code spec} of a rule, or any other record. */
    private static ObjectNode record(Class<?> type, SchemaGenerationContext context) {
        boolean rule = Rule.class.isAssignableFrom(type);
        ObjectNode node = Nodes.type("object");
        ObjectNode properties = node.putObject("properties");
        List<String> required = new ArrayList<>();
        List<ObjectNode> conditions = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (!rule || !component.getName().equals(METADATA)) {
                List<String> names = spell(component, properties, context);
                if (isRequired(component) && names.size() == 1) {
                    required.add(names.get(0));
                } else if (isRequired(component)) {
                    conditions.add(exactlyOne(names));
                } else {
                    conditions.addAll(notTogether(names));
                }
            }
        }
        if (rule && !properties.has(SELECTOR)) {
            properties.set(SELECTOR, selector());
        }
        if (!required.isEmpty()) {
            node.set("required", Nodes.texts(required));
        }
        node.put("additionalProperties", false);
        if (!conditions.isEmpty()) {
            ArrayNode all = node.putArray("allOf");
            conditions.forEach(all::add);
        }
        return node;
    }

    /** Adds each spelling of a component, the one that is written first. */
    private static List<String> spell(
            RecordComponent component, ObjectNode properties, SchemaGenerationContext context) {
        Written[] spellings = component.getAnnotationsByType(Written.class);
        if (spellings.length == 0) {
            return List.of(
                    spell(component, component.getName(), Notation.PLAIN, properties, context));
        }
        return Arrays.stream(spellings)
                .map(
                        spelling ->
                                spell(
                                        component,
                                        nameOf(spelling, component.getName()),
                                        spelling.notation(),
                                        properties,
                                        context))
                .toList();
    }

    private static String spell(
            RecordComponent component,
            String name,
            Notation notation,
            ObjectNode properties,
            SchemaGenerationContext context) {
        Limits limits = component.getAnnotation(Limits.class);
        ObjectNode value =
                notation == Notation.PLAIN
                        ? plain(component.getGenericType(), limits, context)
                        : NotationSchemas.of(notation, limits);
        ObjectNode property = isRequired(component) ? value : Nodes.nullable(value);
        properties.set(name, described(component, property));
        return name;
    }

    private static ObjectNode described(RecordComponent component, ObjectNode value) {
        var description = component.getAccessor().getAnnotation(JsonPropertyDescription.class);
        if (description == null) {
            return value;
        }
        ObjectNode node = Nodes.object().put("description", description.value());
        boolean reference = value.isEmpty(); // filled in when the definitions are collected
        return reference ? node.setAll(Nodes.keyword("allOf", value)) : node.setAll(value);
    }

    private static ObjectNode plain(
            Type type, @Nullable Limits limits, SchemaGenerationContext context) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            ObjectNode element = plain(arguments[arguments.length - 1], limits, context);
            return generic.getRawType() == Map.class
                    ? Nodes.type("object").set("additionalProperties", element)
                    : NotationSchemas.listOf(element);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == String.class) {
            return NotationSchemas.text(limits);
        }
        if (plain == int.class || plain == Integer.class) {
            return NotationSchemas.number(limits);
        }
        if (plain == long.class || plain == Long.class) {
            return NotationSchemas.number(limits);
        }
        if (plain == double.class || plain == Double.class) {
            return Nodes.type("number");
        }
        if (plain == boolean.class || plain == Boolean.class) {
            return Nodes.type("boolean");
        }
        if (plain == JsonNode.class) {
            return Nodes.object();
        }
        if (plain.isEnum()) {
            return Nodes.choice(namesOf(plain));
        }
        return context.createDefinitionReference(context.getTypeContext().resolve(plain));
    }

    /** An object with one of several fields; with none of them if an alternative has no name. */
    private static ObjectNode union(Class<?> type, SchemaGenerationContext context) {
        ObjectNode node = Nodes.type("object");
        ObjectNode properties = node.putObject("properties");
        node.put("additionalProperties", false);
        ArrayNode alternatives = node.putArray("oneOf");
        for (Class<?> alternative : type.getPermittedSubclasses()) {
            String name = nameOf(alternative);
            if (name.isEmpty()) {
                alternatives.add(Nodes.object().put("maxProperties", 0));
            } else {
                properties.set(name, content(alternative, context));
                alternatives.add(Nodes.required(name));
            }
        }
        return node;
    }

    private static ObjectNode content(Class<?> alternative, SchemaGenerationContext context) {
        RecordComponent[] components = alternative.getRecordComponents();
        if (components.length == 1 && components[0].getName().equals("value")) {
            Limits limits = components[0].getAnnotation(Limits.class);
            return plain(components[0].getGenericType(), limits, context);
        }
        ObjectNode fields = plain(alternative, null, context);
        boolean mayBeEmpty = Arrays.stream(components).noneMatch(RecordDefinitions::isRequired);
        return mayBeEmpty ? Nodes.nullable(fields) : fields;
    }

    private static boolean isRequired(RecordComponent component) {
        if (component.getType() == List.class || component.getType() == Map.class) {
            Limits limits = component.getAnnotation(Limits.class);
            return limits != null && limits.required();
        }
        return !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static ObjectNode exactlyOne(List<String> names) {
        return Nodes.keyword(
                "oneOf", names.stream().map(Nodes::required).toArray(ObjectNode[]::new));
    }

    /** Forbids each pair; null is no value. */
    private static List<ObjectNode> notTogether(List<String> names) {
        List<ObjectNode> conditions = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            for (String other : names.subList(0, i)) {
                ObjectNode both = Nodes.required(other, names.get(i));
                ObjectNode values = both.putObject("properties");
                for (String name : List.of(other, names.get(i))) {
                    values.putObject(name).set("not", Nodes.type("null"));
                }
                conditions.add(Nodes.object().set("not", both));
            }
        }
        return conditions;
    }

    private static ObjectNode selector() {
        ObjectNode node = Nodes.type("object");
        node.put("description", "Binds the rule to an application, as the label 'app' does.");
        node.putObject("properties")
                .set(
                        "app",
                        Nodes.name(MAX_NAME_LENGTH)
                                .put("description", "The application that gets the rule."));
        node.putArray("required").add("app");
        return node.put("additionalProperties", false);
    }

    private static String nameOf(Written spelling, String javaName) {
        return spelling.as().equals(Written.USE_JAVA_NAME) ? javaName : spelling.as();
    }

    private static String nameOf(Class<?> alternative) {
        Written written = alternative.getAnnotation(Written.class);
        String simple = alternative.getSimpleName();
        return written == null
                ? Character.toLowerCase(simple.charAt(0)) + simple.substring(1)
                : written.as();
    }

    private static List<String> namesOf(Class<?> enumType) {
        return Arrays.stream(enumType.getFields())
                .filter(field -> field.isEnumConstant())
                .map(
                        field -> {
                            Written written = field.getAnnotation(Written.class);
                            return written == null ? field.getName() : written.as();
                        })
                .toList();
    }
}

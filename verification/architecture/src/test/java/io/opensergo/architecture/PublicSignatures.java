package io.opensergo.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.domain.JavaTypeVariable;
import com.tngtech.archunit.core.domain.JavaWildcardType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What users can compile against: for each published module its public types, and for each type
 * what it is and its public and protected members, a line each.
 */
final class PublicSignatures {

    private static final Pattern MODULE =
            Pattern.compile("/(opensergo-[a-z0-9-]*[a-z0-9])(?:-\\d[^/]*\\.jar!|/target/classes)/");

    /** The command line promises its commands, and bundles everything else. */
    private static final Set<String> UNPROMISED = Set.of("opensergo-cli");

    private PublicSignatures() {}

    /** Returns the signatures of the class path: module, then type, then line. */
    static SortedMap<String, SortedMap<String, SortedSet<String>>> ofClassPath() {
        SortedMap<String, SortedMap<String, SortedSet<String>>> modules = new TreeMap<>();
        new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(location -> !location.contains("/internal/"))
                        .importPackages("io.opensergo")
                        .stream()
                        .filter(PublicSignatures::isVisible)
                        .forEach(
                                type ->
                                        modules.computeIfAbsent(
                                                        moduleOf(type), name -> new TreeMap<>())
                                                .put(type.getName(), lines(type)));
        modules.keySet().removeAll(UNPROMISED);
        return modules;
    }

    private static String moduleOf(JavaClass type) {
        String place = type.getSource().orElseThrow().getUri().toString();
        Matcher module = MODULE.matcher(place);
        if (!module.find()) {
            throw new IllegalStateException(type.getName() + " is in no module: " + place);
        }
        return module.group(1);
    }

    private static boolean isVisible(JavaClass type) {
        Set<JavaModifier> modifiers = type.getModifiers();
        return (modifiers.contains(JavaModifier.PUBLIC)
                        || modifiers.contains(JavaModifier.PROTECTED))
                && !modifiers.contains(JavaModifier.SYNTHETIC)
                && !type.isAnonymousClass()
                && !type.isLocalClass()
                && type.getEnclosingClass().map(PublicSignatures::isVisible).orElse(true);
    }

    private static SortedSet<String> lines(JavaClass type) {
        SortedSet<String> lines = new TreeSet<>();
        lines.add(
                modifiers(type.getModifiers(), type.isInterface())
                        + kind(type)
                        + typeParameters(type.getTypeParameters()));
        type.getSuperclass()
                .map(PublicSignatures::name)
                .ifPresent(it -> lines.add("extends " + it));
        type.getInterfaces().forEach(it -> lines.add("implements " + name(it)));
        for (JavaClass holder : holders(type)) {
            holder.getFields().forEach(field -> addIfVisible(type, field, lines));
            holder.getMethods().forEach(method -> addIfVisible(type, method, lines));
        }
        type.getConstructors().forEach(constructor -> addIfVisible(type, constructor, lines));
        return lines;
    }

    /** A type shows what it inherits from types that nobody sees. */
    private static List<JavaClass> holders(JavaClass type) {
        return Stream.concat(
                        Stream.of(type),
                        Stream.concat(
                                type.getAllRawSuperclasses().stream(),
                                type.getAllRawInterfaces().stream()))
                .filter(each -> each.equals(type) || isHidden(each))
                .toList();
    }

    private static boolean isHidden(JavaClass type) {
        return type.getName().startsWith("io.opensergo.") && !isVisible(type);
    }

    private static String kind(JavaClass type) {
        if (type.isAnnotation()) {
            return "annotation";
        }
        if (type.isInterface()) {
            return "interface";
        }
        return type.isRecord() ? "record" : type.isEnum() ? "enum" : "class";
    }

    private static void addIfVisible(JavaClass type, JavaMember member, Collection<String> lines) {
        Set<JavaModifier> modifiers = member.getModifiers();
        boolean visible =
                modifiers.contains(JavaModifier.PUBLIC)
                        || (modifiers.contains(JavaModifier.PROTECTED)
                                && !type.getModifiers().contains(JavaModifier.FINAL));
        if (!visible
                || modifiers.contains(JavaModifier.SYNTHETIC)
                || modifiers.contains(JavaModifier.BRIDGE)) {
            return;
        }
        if (member instanceof JavaField field) {
            lines.add(modifiers(modifiers, false) + name(field.getType()) + " " + field.getName());
        } else {
            lines.add(signature((JavaCodeUnit) member));
        }
    }

    private static String signature(JavaCodeUnit member) {
        boolean ofInterface = member.getOwner().isInterface();
        StringBuilder line = new StringBuilder(modifiers(member.getModifiers(), ofInterface));
        if (ofInterface
                && !member.getModifiers().contains(JavaModifier.ABSTRACT)
                && !member.getModifiers().contains(JavaModifier.STATIC)) {
            line.append("default ");
        }
        String parameters = typeParameters(member.getTypeParameters());
        line.append(parameters.isEmpty() ? "" : parameters + " ");
        line.append(
                member instanceof JavaMethod method
                        ? name(method.getReturnType()) + " " + method.getName()
                        : "new");
        line.append('(').append(names(member.getParameterTypes())).append(')');
        List<String> thrown =
                member.getThrowsClause().getTypes().stream().map(PublicSignatures::name).toList();
        return thrown.isEmpty() ? line.toString() : line + " throws " + String.join(", ", thrown);
    }

    private static String modifiers(Set<JavaModifier> modifiers, boolean ofInterface) {
        return Stream.of(
                        JavaModifier.PUBLIC,
                        JavaModifier.PROTECTED,
                        JavaModifier.STATIC,
                        JavaModifier.ABSTRACT,
                        JavaModifier.FINAL)
                .filter(modifiers::contains)
                .filter(each -> !ofInterface || each != JavaModifier.ABSTRACT)
                .map(each -> each.name().toLowerCase(Locale.ROOT) + " ")
                .collect(Collectors.joining());
    }

    private static String typeParameters(List<? extends JavaTypeVariable<?>> variables) {
        if (variables.isEmpty()) {
            return "";
        }
        return variables.stream()
                .map(each -> each.getName() + bounds(" extends ", each.getUpperBounds()))
                .collect(Collectors.joining(", ", "<", ">"));
    }

    private static String name(JavaType type) {
        if (type instanceof JavaParameterizedType generic) {
            return name(generic.toErasure()) + "<" + names(generic.getActualTypeArguments()) + ">";
        }
        if (type instanceof JavaWildcardType wildcard) {
            return "?"
                    + bounds(" extends ", wildcard.getUpperBounds())
                    + bounds(" super ", wildcard.getLowerBounds());
        }
        if (type instanceof JavaClass plain && plain.isArray()) {
            return name(plain.getComponentType()) + "[]";
        }
        return type.getName().replaceFirst("^java\\.lang\\.(?=[A-Z][A-Za-z]*$)", "");
    }

    private static String names(List<? extends JavaType> types) {
        return types.stream().map(PublicSignatures::name).collect(Collectors.joining(", "));
    }

    private static String bounds(String word, List<? extends JavaType> bounds) {
        List<String> names = new ArrayList<>();
        bounds.forEach(each -> names.add(name(each)));
        names.remove("Object");
        return names.isEmpty() ? "" : word + String.join(" & ", names);
    }
}

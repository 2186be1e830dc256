package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import java.io.IOException;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * What a native image has to know of the records of rules is what their codecs reflect on: every
 * type that a document of any kind can come to. {@code -Dnative.write} writes the file anew.
 */
class NativeImageMetadataTest {

    private static final Path FILE =
            Path.of(
                    "src/main/resources/META-INF/native-image/io.opensergo/opensergo-rules"
                            + "/reflect-config.json");

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void everyTypeThatDocumentsComeToIsListedAndNoOther() throws IOException {
        ArrayNode expected = metadata(reachable());
        if (System.getProperty("native.write") != null) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, lines(expected));
        }

        assertThat(JSON.readTree(Files.readString(FILE)))
                .as("%s; -Dnative.write writes it anew", FILE)
                .isEqualTo(expected);
    }

    @Test
    void recordsOfAllKindsAreAmongThem() {
        assertThat(reachable())
                .hasSizeGreaterThan(50)
                .containsAll(
                        RuleKinds.standard().all().stream()
                                .map(RuleKind::type)
                                .map(each -> (Class<?>) each)
                                .toList());
    }

    private static SortedSet<Class<?>> reachable() {
        SortedSet<Class<?>> found = new TreeSet<>(Comparator.comparing(Class::getName));
        RuleKinds.standard().all().forEach(kind -> add(kind.type(), found));
        return found;
    }

    private static void add(Type type, SortedSet<Class<?>> found) {
        if (type instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                add(argument, found);
            }
        } else if (type instanceof WildcardType || type instanceof GenericArrayType) {
            throw new IllegalStateException(type + " is new to documents: add it here");
        } else if (type instanceof Class<?> plain
                && plain.getName().startsWith("io.opensergo.")
                && found.add(plain)) {
            if (plain.isRecord()) {
                for (RecordComponent component : plain.getRecordComponents()) {
                    add(component.getGenericType(), found);
                }
            } else if (plain.isSealed()) {
                for (Class<?> alternative : plain.getPermittedSubclasses()) {
                    add(alternative, found);
                }
            }
        }
    }

    private static ArrayNode metadata(SortedSet<Class<?>> types) {
        ArrayNode all = JSON.createArrayNode();
        for (Class<?> type : types) {
            ObjectNode entry = all.addObject().put("name", type.getName());
            if (type.isRecord()) {
                entry.put("allDeclaredConstructors", true)
                        .put("allDeclaredMethods", true)
                        .put("allRecordComponents", true);
            } else if (type.isEnum()) {
                entry.put("allDeclaredFields", true);
            } else if (type.isSealed()) {
                entry.put("allPermittedSubclasses", true);
            }
        }
        return all;
    }

    /** An entry on each line, so that a change can be reviewed. */
    private static String lines(ArrayNode entries) {
        var text = new StringBuilder("[\n");
        for (int i = 0; i < entries.size(); i++) {
            text.append("  ").append(entries.get(i)).append(i + 1 < entries.size() ? ",\n" : "\n");
        }
        return text.append("]\n").toString();
    }
}

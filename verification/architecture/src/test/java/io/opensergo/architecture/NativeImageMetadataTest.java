package io.opensergo.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the jars tell a native image is of things that are there. That it is enough, only a native
 * image can show; of the records of rules, {@code opensergo-rules} shows that all are listed.
 */
class NativeImageMetadataTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DIRECTORY = "META-INF/native-image/io.opensergo/";

    /** Files of metadata by jar and name. */
    private static Map<String, JsonNode> metadata() throws IOException {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        for (String jar : jars()) {
            try (var file = new JarFile(jar)) {
                for (var entry : file.stream().toList()) {
                    if (entry.getName().startsWith(DIRECTORY) && !entry.isDirectory()) {
                        found.put(
                                jar + "!" + entry.getName(),
                                JSON.readTree(file.getInputStream(entry)));
                    }
                }
            }
        }
        return found;
    }

    private static List<String> jars() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> new File(jar).getName().matches("opensergo-(?!cli-).*\\.jar"))
                .toList();
    }

    static List<String> classes() throws IOException {
        List<String> names = new ArrayList<>();
        metadata()
                .forEach(
                        (file, content) -> {
                            if (file.endsWith("/reflect-config.json")) {
                                content.forEach(each -> names.add(each.get("name").asText()));
                            }
                        });
        return names;
    }

    @ParameterizedTest
    @MethodSource("classes")
    void classThatIsNamedIsThere(String name) throws ClassNotFoundException {
        assertThat(Class.forName(name, false, getClass().getClassLoader())).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"opensergo-conformance", "opensergo-schema", "opensergo-control-plane"})
    void moduleThatReflectsOrHasResourcesSaysSo(String module) throws IOException {
        assertThat(metadata().keySet()).anyMatch(file -> file.contains(DIRECTORY + module + "/"));
    }

    @Test
    void patternOfResourcesMatchesSomeInItsJar() throws IOException {
        for (var each : metadata().entrySet()) {
            if (!each.getKey().endsWith("/resource-config.json")) {
                continue;
            }
            String jar = each.getKey().substring(0, each.getKey().indexOf('!'));
            for (JsonNode include : each.getValue().at("/resources/includes")) {
                Pattern pattern = Pattern.compile(include.get("pattern").asText());
                try (var file = new JarFile(jar)) {
                    assertThat(file.stream().map(Object::toString))
                            .as(each.getKey())
                            .anyMatch(name -> pattern.matcher(name).matches());
                }
            }
        }
    }
}

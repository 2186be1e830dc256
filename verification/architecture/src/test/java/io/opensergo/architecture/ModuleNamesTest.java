package io.opensergo.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each published jar is a module by a name of its own, and shares no package. {@code
 * verification/class-path} compiles and runs an application that requires some of them.
 */
class ModuleNamesTest {

    /** But the client, which is looked at where its jar is, and the command line, a program. */
    private static final Pattern PUBLISHED =
            Pattern.compile("opensergo-(?!client|cli|bom|parent)[a-z0-9-]*?-\\d.*\\.jar");

    private static List<ModuleDescriptor> published() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(jar -> PUBLISHED.matcher(jar.getFileName().toString()).matches())
                .flatMap(jar -> ModuleFinder.of(jar).findAll().stream())
                .map(ModuleReference::descriptor)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/modules.md", "docs/zh-CN/modules.md"})
    void namesAreThoseOfTheTableOfModules(String page) throws IOException {
        List<String> rows =
                Files.readAllLines(Path.of("../..", page)).stream()
                        .filter(line -> line.startsWith("| `"))
                        .toList();
        List<String> names = published().stream().map(ModuleDescriptor::name).toList();

        assertThat(names).hasSizeGreaterThan(15);
        assertThat(names.stream().filter(name -> rows.stream().noneMatch(names(name))))
                .as("modules whose names are in no row of %s", page)
                .isEmpty();
    }

    private static Predicate<String> names(String module) {
        return row -> row.contains("`" + module + "`");
    }

    @Test
    void noPackageIsInTwoOfThem() {
        Map<String, List<String>> owners = new TreeMap<>();
        published()
                .forEach(
                        module ->
                                module.packages()
                                        .forEach(
                                                each ->
                                                        owners.computeIfAbsent(
                                                                        each,
                                                                        name -> new ArrayList<>())
                                                                .add(module.name())));
        assertThat(owners).hasSizeGreaterThan(30);

        assertThat(
                        owners.entrySet().stream()
                                .filter(each -> each.getValue().size() > 1)
                                .collect(Collectors.toList()))
                .isEmpty();
    }
}

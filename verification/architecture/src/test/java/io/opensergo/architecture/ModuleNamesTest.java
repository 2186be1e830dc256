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
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each published jar is a module by a name of its own, and shares no package. {@code
 * verification/class-path} compiles and runs an application that requires some of them.
 */
class ModuleNamesTest {

    /** But the client, which is looked at where its jar is, and the command line, a program. */
    private static final Pattern PUBLISHED =
            Pattern.compile("opensergo-(?!client|cli|bom|parent)[a-z0-9-]*?-\\d.*\\.jar");

    private static final Pattern NAME = Pattern.compile("`(?:io\\.opensergo)?(\\.[a-z0-9.]+)`");

    private static List<ModuleDescriptor> published() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(jar -> PUBLISHED.matcher(jar.getFileName().toString()).matches())
                .flatMap(jar -> ModuleFinder.of(jar).findAll().stream())
                .map(ModuleReference::descriptor)
                .toList();
    }

    @Test
    void namesAreThoseOfThePageOnModules() throws IOException {
        String page = Files.readString(Path.of("../../docs/modules.md"));
        int start = page.indexOf("## As modules");
        String names = page.substring(start, page.indexOf("Jackson", start));

        assertThat(published().stream().map(ModuleDescriptor::name))
                .hasSizeGreaterThan(15)
                .allSatisfy(
                        name ->
                                assertThat(
                                                NAME.matcher(names)
                                                        .results()
                                                        .map(MatchResult::group)
                                                        .map(each -> each.replace("`", "")))
                                        .as(name)
                                        .anyMatch(
                                                each ->
                                                        name.equals(
                                                                each.startsWith(".")
                                                                        ? "io.opensergo" + each
                                                                        : each)));
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

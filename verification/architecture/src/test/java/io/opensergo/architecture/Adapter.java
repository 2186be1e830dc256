package io.opensergo.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An adapter, or a part of one, by what its own folder says.
 *
 * @param name the name of the folder and of the artifact, such as {@code opensergo-vertx}
 * @param pom the text of its {@code pom.xml}
 */
record Adapter(String name, String pom) {

    static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();

    private static final Pattern MODULE_NAME =
            Pattern.compile("<automatic\\.module\\.name>(.*?)</automatic\\.module\\.name>");

    private static final Pattern FRAMEWORK =
            Pattern.compile("<framework\\.package>(.*?)</framework\\.package>");

    private static final Pattern DEPENDENCY =
            Pattern.compile("<dependency>(.*?)</dependency>", Pattern.DOTALL);

    private static final Pattern GROUP = Pattern.compile("<groupId>(.*?)</groupId>");

    /** Returns all that there are, whether the build knows of them or not. */
    static List<Adapter> all() {
        return poms(ROOT.resolve("adapters"))
                .map(pom -> new Adapter(folderOf(pom), text(pom)))
                .toList();
    }

    private static Stream<Path> poms(Path directory) {
        try (Stream<Path> folders = Files.list(directory)) {
            return folders
                    .map(folder -> folder.resolve("pom.xml"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String folderOf(Path pom) {
        return pom.getParent().getFileName().toString();
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String moduleName() {
        return MODULE_NAME
                .matcher(pom)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow(
                        () ->
                                new AssertionError(
                                        "adapters/"
                                                + name
                                                + "/pom.xml: set the property"
                                                + " <automatic.module.name>io.opensergo.NAME"));
    }

    /** Returns {@code io.opensergo.spring}, for example, for all parts of it. */
    String rootPackage() {
        return Stream.of(moduleName().split("\\.")).limit(3).collect(Collectors.joining("."));
    }

    /** Returns whether it is a part of one whose page tells of it too. */
    boolean isPart() {
        return !moduleName().equals(rootPackage());
    }

    /**
     * Returns the packages of the libraries that applications bring: by their groups, or where a
     * group is no package, by the property {@code framework.package}.
     */
    Set<String> frameworks() {
        Set<String> packages = groups(pom, "<scope>provided</scope>");
        FRAMEWORK.matcher(pom).results().forEach(found -> packages.add(found.group(1)));
        return packages;
    }

    /** Returns the groups of all libraries that other modules than adapters have. */
    static Set<String> groupsOfOtherModules() {
        return poms(ROOT)
                .filter(pom -> folderOf(pom).startsWith("opensergo-"))
                .flatMap(pom -> groups(text(pom), "").stream())
                .collect(Collectors.toSet());
    }

    private static Set<String> groups(String pom, String with) {
        return DEPENDENCY
                .matcher(pom)
                .results()
                .map(MatchResult::group)
                .filter(dependency -> dependency.contains(with))
                .flatMap(dependency -> GROUP.matcher(dependency).results().limit(1))
                .map(group -> group.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

package io.opensergo.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the documents say of the repository is there: links, headings, modules and rules. */
class DocumentationTest {

    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern YAML_BLOCK =
            Pattern.compile("^```yaml\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CODE_BLOCK =
            Pattern.compile("^ *```.*?^ *```$", Pattern.DOTALL | Pattern.MULTILINE);

    /** A row of a table, a line of an indented block, one that begins with code, or a link. */
    private static final Pattern CODE_OR_ROW =
            Pattern.compile("^( *\\||    |`|\\* \\[.*]\\([^)]*\\)$)");

    private static final Pattern MODULES_OF_COMMAND = Pattern.compile("-pl ([\\w./,-]+)");

    @Test
    void theReadmeIsReadInTwoMinutes() {
        assertThat(text(ROOT.resolve("README.md")).lines()).hasSizeLessThanOrEqualTo(120);
    }

    /** Tables and code are as wide as they have to be. */
    @TestFactory
    Stream<DynamicTest> linesOfEnglishProseHaveAtMost120Characters() {
        return each(
                page ->
                        assertThat(isInChinese(page) ? Stream.<String>empty() : proseOf(page))
                                .allSatisfy(
                                        line -> assertThat(line).hasSizeLessThanOrEqualTo(120)));
    }

    private static boolean isInChinese(Path page) {
        return page.toString().contains("zh-CN");
    }

    private static Stream<String> proseOf(Path page) {
        return CODE_BLOCK
                .matcher(text(page))
                .replaceAll("")
                .lines()
                .filter(line -> !CODE_OR_ROW.matcher(line).find());
    }

    @TestFactory
    Stream<DynamicTest> everyLinkLeadsToAFileAndAHeadingThatAreThere() {
        return each(page -> assertThat(brokenLinks(page)).isEmpty());
    }

    @TestFactory
    Stream<DynamicTest> everyCommandNamesModulesThatAreThere() {
        return each(
                page ->
                        assertThat(
                                        MODULES_OF_COMMAND
                                                .matcher(text(page))
                                                .results()
                                                .flatMap(
                                                        found ->
                                                                Stream.of(
                                                                        found.group(1).split(",")))
                                                .filter(module -> !module.equals("MODULE")))
                                .allSatisfy(
                                        module ->
                                                assertThat(ROOT.resolve(module).resolve("pom.xml"))
                                                        .isRegularFile()));
    }

    @TestFactory
    Stream<DynamicTest> everyRuleShownIsValid() {
        return each(
                page ->
                        assertThat(
                                        YAML_BLOCK
                                                .matcher(text(page))
                                                .results()
                                                .map(found -> found.group(1))
                                                .filter(DocumentationTest::isRule))
                                .allSatisfy(
                                        rule ->
                                                assertThat(
                                                                RuleReader.strict()
                                                                        .withAppRequired()
                                                                        .read(rule, page.toString())
                                                                        .allProblems())
                                                        .isEmpty()));
    }

    /** Headings, code and tables of a translation are those of the original, row by row. */
    @TestFactory
    Stream<DynamicTest> everyPageForUsersIsThereInChineseWithTheSameShape() {
        Stream<Path> originals =
                Stream.concat(
                        Stream.of(ROOT.resolve("README.md")),
                        pages().stream()
                                .filter(page -> page.getParent().equals(ROOT.resolve("docs"))));
        return originals.map(
                page ->
                        DynamicTest.dynamicTest(
                                ROOT.relativize(page).toString(),
                                () ->
                                        assertThat(shape(inChinese(page)))
                                                .isNotEmpty()
                                                .isEqualTo(shape(page))));
    }

    /** A page begins with what the module is, in a sentence, and soon says how to name it. */
    @TestFactory
    Stream<DynamicTest> everyPublishedModuleHasAPageThatBeginsWithWhatItIs() throws IOException {
        return publishedModules().stream()
                .map(
                        module ->
                                DynamicTest.dynamicTest(
                                        ROOT.relativize(module).toString(),
                                        () -> assertThatItsPageSaysWhatItIs(module)));
    }

    private static void assertThatItsPageSaysWhatItIs(Path module) {
        assertThat(module.resolve("README.md")).as("its page").isRegularFile();
        List<String> lines = text(module.resolve("README.md")).lines().toList();
        assertThat(lines.get(0)).startsWith("# ");
        assertThat(lines.get(1)).isEmpty();
        assertThat(lines.get(2)).matches("[A-Z`].{30,}");
        assertThat(String.join("\n", lines.subList(3, Math.min(lines.size(), 16))))
                .contains(module.getFileName().toString());
    }

    private static List<Path> publishedModules() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT, 3)) {
            return files.filter(file -> file.endsWith("pom.xml"))
                    .filter(
                            pom ->
                                    !text(pom).contains("<maven.deploy.skip>true")
                                            && !text(pom).contains("<packaging>pom"))
                    .map(Path::getParent)
                    .filter(module -> !module.startsWith(ROOT.resolve("examples")))
                    .filter(module -> !module.startsWith(ROOT.resolve("verification")))
                    .sorted()
                    .toList();
        }
    }

    private static Path inChinese(Path page) {
        return page.getParent().equals(ROOT)
                ? ROOT.resolve("README.zh-CN.md")
                : ROOT.resolve("docs/zh-CN").resolve(page.getFileName());
    }

    /** Returns what a translation keeps: levels of headings, code without comments, rows. */
    private static List<String> shape(Path page) {
        List<String> shape = new ArrayList<>();
        boolean code = false;
        for (String line : text(page).lines().toList()) {
            if (line.startsWith("```")) {
                code = !code;
                shape.add(line);
            } else if (code) {
                shape.add(line.replaceFirst("\\s*(# |// ).*", ""));
            } else if (line.startsWith("#")) {
                shape.add(line.substring(0, line.indexOf(' ')));
            } else if (line.startsWith("|")) {
                shape.add("row of " + line.chars().filter(c -> c == '|').count());
            }
        }
        return shape;
    }

    private static boolean isRule(String block) {
        return block.startsWith("apiVersion: ");
    }

    private static List<String> brokenLinks(Path page) {
        List<String> broken = new ArrayList<>();
        for (MatchResult found : LINK.matcher(withoutCode(text(page))).results().toList()) {
            String link = found.group(1);
            if (link.startsWith("http")) {
                continue;
            }
            int hash = link.indexOf('#');
            String file = hash < 0 ? link : link.substring(0, hash);
            Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
            if (!Files.exists(target)
                    || (hash >= 0 && !anchors(target).contains(link.substring(hash + 1)))) {
                broken.add(link);
            }
        }
        return broken;
    }

    private static String withoutCode(String markdown) {
        return markdown.replaceAll("(?s)```.*?```", "").replaceAll("`[^`\\n]*`", "code");
    }

    /** Returns the anchors that GitHub makes of the headings of a page. */
    private static List<String> anchors(Path page) {
        return text(page)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    private static Stream<DynamicTest> each(Consumer<Path> check) {
        List<Path> pages = pages();
        assertThat(pages).hasSizeGreaterThan(10);
        return pages.stream()
                .map(
                        page ->
                                DynamicTest.dynamicTest(
                                        ROOT.relativize(page).toString(),
                                        () -> check.accept(page)));
    }

    private static List<Path> pages() {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(DocumentationTest::isOurs)
                    .sorted()
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOurs(Path file) {
        for (Path part : ROOT.relativize(file)) {
            if (part.toString().equals("target")
                    || part.toString().equals("resources")
                    || part.toString().startsWith(".")) {
                return false;
            }
        }
        return true;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

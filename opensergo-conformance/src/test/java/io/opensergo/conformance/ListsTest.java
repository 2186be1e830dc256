package io.opensergo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.conformance.cases.ConformanceCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lists of cases are complete and in order. */
class ListsTest {

    private static final Path RESOURCES = Path.of("src/main/resources");

    @Test
    void suiteHasEveryFile() throws IOException {
        List<String> files;
        try (Stream<Path> walk = Files.walk(RESOURCES)) {
            files =
                    walk.filter(file -> file.toString().endsWith(".yaml"))
                            .map(file -> RESOURCES.relativize(file).toString())
                            .map(name -> name.replace('\\', '/'))
                            .sorted()
                            .toList();
        }

        assertThat(ConformanceSuite.cases())
                .extracting(ConformanceCase::source)
                .containsExactlyElementsOf(files);
    }

    @Test
    void readmeNamesEveryCaseByItsTitle() throws IOException {
        List<String> listed =
                Files.readAllLines(Path.of("README.md")).stream()
                        .filter(line -> line.startsWith("* [") && line.endsWith(".yaml)"))
                        .toList();

        assertThat(listed)
                .containsExactlyElementsOf(
                        ConformanceSuite.cases().stream().map(ListsTest::line).toList());
    }

    private static String line(ConformanceCase each) {
        return "* [" + each.title() + "](src/main/resources/" + each.source() + ")";
    }

    @Test
    void titlesAreUnique() {
        assertThat(ConformanceSuite.cases())
                .extracting(each -> Path.of(each.source()).getParent() + ": " + each.title())
                .doesNotHaveDuplicates();
    }

    @Test
    void casesOfOneKindCanBeHadAlone() {
        assertThat(ConformanceSuite.cases("throttling-strategy"))
                .isNotEmpty()
                .allMatch(each -> each.source().startsWith("conformance/throttling-strategy/"));
        assertThat(ConformanceSuite.cases("throttling")).isEmpty();
    }
}

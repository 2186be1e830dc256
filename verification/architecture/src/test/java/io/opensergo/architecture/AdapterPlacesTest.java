package io.opensergo.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * An adapter is in each of the four places outside of its folder that CONTRIBUTING.md names. What
 * else has to know of adapters finds them there.
 */
class AdapterPlacesTest {

    @TestFactory
    Stream<DynamicTest> everyAdapterIsInTheFourPlaces() {
        List<Adapter> adapters = Adapter.all();
        assertThat(adapters).hasSizeGreaterThan(5);
        return adapters.stream()
                .map(
                        adapter ->
                                DynamicTest.dynamicTest(
                                        adapter.name(),
                                        () ->
                                                assertThat(String.join("\n", omitted(adapter)))
                                                        .as("what is to be added for it")
                                                        .isEmpty()));
    }

    private static List<String> omitted(Adapter adapter) {
        String name = adapter.name();
        String dependency = "<artifactId>" + name + "</artifactId>";
        List<String> omitted = new ArrayList<>();
        require("adapters/pom.xml", "<module>" + name + "</module>", "", omitted);
        require("adapters/pom.xml", dependency, "in a <dependency> of io.opensergo", omitted);
        require(
                "opensergo-bom/pom.xml",
                dependency,
                "in a <dependency> of io.opensergo with ${project.version}",
                omitted);
        for (String page : List.of("docs/modules.md", "docs/zh-CN/modules.md")) {
            require(page, "`" + name + "`", "in a row of the table of modules", omitted);
        }
        if (!adapter.isPart()) {
            for (String page : List.of("README.md", "README.zh-CN.md")) {
                require(
                        page,
                        "](adapters/" + name + "/README.md) |",
                        "in a row of the table of frameworks",
                        omitted);
            }
        }
        return omitted;
    }

    private static void require(String file, String text, String where, List<String> omitted) {
        if (!Adapter.text(Adapter.ROOT.resolve(file)).contains(text)) {
            omitted.add(file + ": " + text + (where.isEmpty() ? "" : ", " + where));
        }
    }
}

package io.opensergo.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.conformance.cases.CaseFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Rules of a user decide as cases say; and where they do not, it is said where. */
class RuleCasesTest {

    private static RuleCases shop() {
        return RuleCases.of(TestGovernor.builder().app("shop").resources("rules/shop.yaml"));
    }

    @TestFactory
    Stream<DynamicTest> rulesDecideAsTheCasesSay() {
        return shop().tests(Path.of("src/test/cases/shop.yaml"));
    }

    @Test
    void caseIsATestByItsTitleAtItsFile() {
        List<DynamicTest> tests = shop().tests(Path.of("src/test/cases/shop.yaml")).toList();

        assertThat(tests)
                .extracting(DynamicTest::getDisplayName)
                .containsExactly(
                        "Five orders pass in a second, and then the next",
                        "Testers get the beta of prices",
                        "An edited limit counts what has passed");
        assertThat(tests.get(0).getTestSourceUri())
                .contains(Path.of("src/test/cases/shop.yaml").toUri());
    }

    @Test
    void caseFailsWithTheLineOfTheStepAndWhatWasDecided() {
        List<DynamicTest> tests = shop().tests(Path.of("src/test/cases/failing")).toList();

        assertThatThrownBy(() -> tests.get(0).getExecutable().execute())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("src/test/cases/failing/shop.yaml: Six orders pass: failed")
                .hasMessageContaining("line 3, at 0ms, request 6: expected admitted, was refused");
        assertThatThrownBy(() -> tests.get(1).getExecutable().execute())
                .hasMessageContaining(
                        "'POST:/order' is guarded, and no rule names it; rules name 'POST:/orders',"
                                + " 'mails', 'prices', 'stock': did you mean 'POST:/orders'?");
        assertThatThrownBy(() -> tests.get(2).getExecutable().execute())
                .hasMessageContaining("(allow it with DANGLING_STRATEGY)");
    }

    @Test
    void filesThatAreNoCasesAreToldWithTheirPlaces(@TempDir Path directory) throws Exception {
        assertThatThrownBy(() -> shop().tests(directory)).hasMessageContaining("has no cases");
        assertThatThrownBy(() -> shop().tests(Path.of("nowhere")))
                .hasMessageStartingWith("there is no file or directory 'nowhere' of cases below /");
        Path file = Files.writeString(directory.resolve("wrong.yaml"), "title: Wrong\nstep: []\n");
        assertThatThrownBy(() -> shop().tests(directory))
                .isInstanceOf(CaseFileException.class)
                .hasMessageContaining(file + ":1:1: steps is required");
    }
}

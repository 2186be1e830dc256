package io.opensergo.rules.document;

import static io.opensergo.rules.document.Documents.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.RuleKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory may hold a link to a key: a reader can be told to repeat nothing of such a file. */
class ForeignTextTest {

    private static final String SECRET = "user: admin\npassword: hunter2\n";

    private static ReadResult readHidden(String text) {
        return RuleReader.strict().withForeignTextHidden().read(text, "rules.yaml");
    }

    @Test
    void textThatNamesNoApiVersionOfOpenSergoIsNotRepeated() {
        ReadResult result = readHidden(SECRET);

        assertThat(result.documents()).isEmpty();
        assertThat(result.problems())
                .singleElement()
                .satisfies(
                        problem -> {
                            assertThat(problem.line()).isZero();
                            assertThat(problem.message())
                                    .startsWith("holds no OpenSergo document")
                                    .doesNotContain("password", "hunter2", "admin");
                        });
    }

    @Test
    void readerThatWasNotToldSoNamesWhatIsWrong() {
        assertThat(Documents.problems(SECRET))
                .anySatisfy(problem -> assertThat(problem).contains("password"));
    }

    @Test
    void faultInADocumentOfOpenSergoIsNamedAllTheSame() {
        ReadResult result = readHidden(GOOD.replace("maxConcurrency: 6", "maxConcurrency: -6"));

        assertThat(result.allProblems())
                .singleElement()
                .satisfies(
                        problem ->
                                assertThat(problem.toString())
                                        .contains("spec.maxConcurrency", "-6"));
    }

    @Test
    void soIsAFaultInADocumentOfAKindOfTheUser() {
        RuleReader reader =
                RuleReader.strict()
                        .withKinds(RuleKinds.standard().with(RuleKindsTest.CacheRule.KIND))
                        .withForeignTextHidden();

        ReadResult result =
                reader.read(
                        Documents.of(RuleKindsTest.CacheRule.KIND, "ttlSeconds: 0"), "rules.yaml");

        assertThat(result.allProblems())
                .anySatisfy(problem -> assertThat(problem.toString()).contains("spec.ttlSeconds"));
    }

    @Test
    void versionOfAnotherKindOfTheUserIsForeignWhereTheKindIsUnknown() {
        RuleKind<?> unknownHere = RuleKindsTest.CacheRule.KIND;

        assertThat(readHidden(Documents.of(unknownHere, "ttlSeconds: 0")).problems())
                .singleElement()
                .satisfies(
                        problem ->
                                assertThat(problem.message())
                                        .startsWith("holds no OpenSergo document"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"# nothing yet\n", "---\n"})
    void textWithoutADocumentIsNoProblem(String text) {
        assertThat(readHidden(text).isClean()).isTrue();
    }
}

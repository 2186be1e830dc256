package io.opensergo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.document.RuleWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The reader of rule documents on any bytes: whatever is wrong is a problem with a place, never an
 * exception, and what it reads as a rule is written and read to an equal rule.
 */
class RuleReaderFuzzTest {

    private static final List<String> SOURCES = List.of("input.yaml", "input.json");

    @FuzzTest
    void reportsProblemsAndNeverThrows(byte[] input) {
        for (String source : SOURCES) {
            ReadResult strict = read(RuleReader.strict(), input, source);
            ReadResult lenient = read(RuleReader.lenient(), input, source);

            assertThat(lenient.rules()).containsAll(strict.rules());
            strict.rules().forEach(RuleReaderFuzzTest::assertSurvivesWriting);
        }
    }

    private static ReadResult read(RuleReader reader, byte[] input, String source) {
        ReadResult result =
                Bounded.inTime(
                        () -> {
                            try {
                                return reader.read(new ByteArrayInputStream(input), source);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        });
        if (input.length == 0) {
            assertThat(result.problems()).as("nothing read and nothing wrong").isNotEmpty();
        }
        result.documents().forEach(RuleReaderFuzzTest::assertRuleOrProblem);
        assertThat(result.allProblems()).allMatch(problem -> problem.toString().startsWith(source));
        return result;
    }

    private static void assertRuleOrProblem(RuleDocument document) {
        assertThat(document.rule() == null)
                .as(document::toString)
                .isEqualTo(document.problems().stream().anyMatch(Problem::isError));
    }

    private static void assertSurvivesWriting(Rule rule) {
        assertThat(RuleReader.strict().read(RuleWriter.toYaml(rule), "written.yaml").orThrow())
                .isEqualTo(List.of(rule));
        assertThat(RuleReader.strict().read(RuleWriter.toJson(rule), "written.json").orThrow())
                .isEqualTo(List.of(rule));
    }
}

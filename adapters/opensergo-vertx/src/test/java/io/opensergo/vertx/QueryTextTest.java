package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters of a query, read in place. */
class QueryTextTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "a=1, a, 1",
                "a=1&a=2, a, 1",
                "b=1&a=2, a, 2",
                "ab=1&b=2, b, 2",
                "a=, a, ''",
                "a, a, ''",
                "a&b=1, b, 1",
                "b=1, a, null",
                "'', a, null",
                "a=1%202, a, 1 2",
                "a=1+2, a, 1 2",
                "%61=1, a, 1",
                "a=%zz, a, %zz",
                "a=1=2, a, 1=2",
                "a=1#b=2, b, null",
                "A=1, a, null"
            })
    void theFirstOfANameCounts(String query, String name, String value) {
        assertThat(QueryText.value("/?" + query, 2, name)).isEqualTo(value);
    }
}

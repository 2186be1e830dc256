package io.opensergo.spring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallGuardsTest {

    @ParameterizedTest
    @CsvSource({
        "http://prices:8080/items/{id}?full={full}, /items/{id}",
        "/items/{id}, /items/{id}",
        "items/{id}#top, /items/{id}",
        "https://prices, ''",
        "{base}/items, /{base}/items",
        "'/items{?page,size}', '/items{?page,size}'",
    })
    void aTemplateIsItsPath(String template, String path) {
        assertThat(CallGuards.path(template)).isEqualTo(path);
    }
}

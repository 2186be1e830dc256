package io.opensergo.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata and authorities as rules look at them. */
class HeadersTest {

    @Test
    void severalValuesAreOneWithCommas() {
        var headers = new Metadata();
        headers.put(Headers.key("x-a"), "1");
        headers.put(Headers.key("x-a"), "2");

        assertThat(Headers.value(headers, "x-a")).isEqualTo("1,2");
        assertThat(Headers.value(headers, "x-b")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "trace-bin", "a b", "ü", ":path", "a!b"})
    void whatIsNoNameOfATextIsNotThere(String name) {
        var headers = new Metadata();

        Headers.set(headers, name, "value");

        assertThat(Headers.value(headers, name)).isNull();
        assertThat(headers.keys()).isEmpty();
    }

    @Test
    void aValueThatIsSetReplacesThoseBefore() {
        var headers = new Metadata();
        headers.put(Headers.key("x-a"), "1");
        headers.put(Headers.key("x-a"), "2");

        Headers.set(headers, "X-A", "3");

        assertThat(Headers.value(headers, "x-a")).isEqualTo("3");
    }

    @ParameterizedTest
    @CsvSource({
        "prices, prices, 0",
        "prices:8080, prices, 8080",
        "prices:, prices, 0",
        "prices:x, prices, 0",
        "prices:99999999999, prices, 0",
        "[::1]:8080, ::1, 8080",
        "[::1], ::1, 0",
        "::1, ::1, 0",
        "[::1, [::1, 0",
        "10.0.0.1:50051, 10.0.0.1, 50051"
    })
    void authoritiesAreTakenApart(String authority, String host, int port) {
        assertThat(Authority.host(authority)).isEqualTo(host);
        assertThat(Authority.port(authority)).isEqualTo(port);
    }
}

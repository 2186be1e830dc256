package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamEndTest {

    private static StreamEnd end(Status status, String description) {
        return new StreamEnd(status.withDescription(description));
    }

    @Test
    void goawayWithoutErrorAndCompletionAreFarewells() {
        assertThat(
                        end(
                                        Status.UNAVAILABLE,
                                        "Connection closed after GOAWAY. HTTP/2 error code: NO_ERROR")
                                .isFarewell())
                .isTrue();
        assertThat(end(Status.UNAVAILABLE, "GOAWAY NO_ERROR, debug data: max_age").explain())
                .isEqualTo(
                        "the server ended the connection (GOAWAY NO_ERROR, debug data: max_age)");
        assertThat(new StreamEnd(Status.OK).isFarewell()).isTrue();
        assertThat(new StreamEnd(Status.UNAVAILABLE).isFarewell()).isFalse();
        assertThat(
                        end(
                                        Status.INTERNAL,
                                        "Connection closed after GOAWAY. HTTP/2 error code: INTERNAL_ERROR")
                                .isFarewell())
                .isFalse();
    }

    @Test
    void complaintAboutPingsIsToldFromOtherExhaustion() {
        StreamEnd complaint =
                end(
                        Status.RESOURCE_EXHAUSTED,
                        "Connection closed after GOAWAY. HTTP/2 error code: ENHANCE_YOUR_CALM,"
                                + " debug data: too_many_pings");
        StreamEnd tooLarge = end(Status.RESOURCE_EXHAUSTED, "gRPC message exceeds maximum size");

        assertThat(complaint.isTooManyPings()).isTrue();
        assertThat(complaint.explain()).contains("fewer keepalive pings");
        assertThat(tooLarge.isTooManyPings()).isFalse();
        assertThat(tooLarge.explain()).contains("maxInboundMessageBytes");
    }

    @Test
    void pageOfAProxyIsItsStatusAndType() {
        StreamEnd page =
                end(
                        Status.UNAVAILABLE,
                        "HTTP status code 502\ninvalid content-type: text/html; charset=utf-8\n"
                                + "headers: Metadata(:status=502)\nDATA---------------\n<html>"
                                + "x".repeat(10_000));

        assertThat(page.explain())
                .isEqualTo(
                        "HTTP 502 text/html instead of gRPC: the answer of a proxy or a web server;"
                                + " check host and port, and that proxies between let HTTP/2"
                                + " through");
    }

    @Test
    void descriptionIsOneShortLine() {
        String explanation = end(Status.INTERNAL, "a\n\u001B[31m" + "x".repeat(10_000)).explain();

        assertThat(explanation).contains("(a [31mx").hasSizeLessThan(400);
        assertThat(
                        new StreamEnd(
                                        Status.INTERNAL.withCause(
                                                new IllegalStateException("b\n" + "y".repeat(999))))
                                .explain())
                .contains(": b y")
                .hasSizeLessThan(400);
    }

    @Test
    void explanationEndsWithTheRootOfTheMatter() {
        var cause = new IllegalStateException("outer", new IllegalStateException("the root"));

        assertThat(new StreamEnd(Status.UNAVAILABLE.withCause(cause)).explain())
                .startsWith("not reachable")
                .endsWith("the root");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE",
                "error:10000414:SSL routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_REVOKED",
                "error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA",
                "error:1000045c:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED",
                "Received fatal alert: certificate_expired",
                "(access_denied) Received fatal alert: access_denied",
            })
    void alertAboutTheClientsCertificateIsARefusalThatNamesTheSetting(String alert) {
        var end = new StreamEnd(Status.UNAVAILABLE.withCause(new SSLException(alert)));

        assertThat(end.isRefusal()).isTrue();
        assertThat(end.explain()).startsWith("tls.certFile: ").contains(alert);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Received fatal alert: internal_error", "SSLV3_ALERT_HANDSHAKE_FAILURE"})
    void alertAboutAnythingElseIsNoRefusal(String alert) {
        var end = new StreamEnd(Status.UNAVAILABLE.withCause(new SSLException(alert)));

        assertThat(end.isRefusal()).isFalse();
        assertThat(end.explain()).startsWith("not reachable").contains(alert);
    }
}

package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

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
    void explanationEndsWithTheRootOfTheMatter() {
        var cause = new IllegalStateException("outer", new IllegalStateException("the root"));

        assertThat(new StreamEnd(Status.UNAVAILABLE.withCause(cause)).explain())
                .startsWith("not reachable")
                .endsWith("the root");
    }
}

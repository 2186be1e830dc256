package io.opensergo.governance.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults by percentage, and how each protocol shows them. */
class FaultPolicyTest {

    @Test
    void delaysAndAbortsAreExactOverACycleAndIndependent() {
        FaultPolicy faults =
                FaultPolicy.none()
                        .withDelay(Duration.ofMillis(20), 0.3, 1)
                        .withAbort(FaultAbort.http(503), 0.2, 2);
        int delayed = 0;
        int aborted = 0;
        int both = 0;

        for (int i = 0; i < 1000; i++) {
            boolean isDelayed = faults.nextDelayNanos() == Duration.ofMillis(20).toNanos();
            boolean isAborted = faults.nextAbort() != null;
            delayed += isDelayed ? 1 : 0;
            aborted += isAborted ? 1 : 0;
            both += isDelayed && isAborted ? 1 : 0;
        }

        assertThat(delayed).isEqualTo(300);
        assertThat(aborted).isEqualTo(200);
        assertThat(both).isBetween(20, 120);
    }

    @Test
    void exponentialDelaysHaveTheirMean() {
        FaultPolicy faults = FaultPolicy.none().withExponentialDelay(Duration.ofMillis(100), 1, 1);
        double sum = 0;
        int below = 0;

        for (int i = 0; i < 100_000; i++) {
            long nanos = faults.nextDelayNanos();
            sum += nanos;
            below += nanos < Duration.ofMillis(100).toNanos() ? 1 : 0;
        }

        assertThat(sum / 100_000 / 1e6).isBetween(95.0, 105.0);
        assertThat(below).isBetween(61_000, 65_500); // 1 - 1/e
    }

    @Test
    void withoutAFaultNothingHappens() {
        FaultPolicy none = FaultPolicy.none();

        assertThat(none.hasDelay() || none.hasAbort()).isFalse();
        assertThat(none.nextDelayNanos()).isZero();
        assertThat(none.nextAbort()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "UNAVAILABLE, 503, 14",
        "deadline-exceeded, 504, 4",
        "Resource Exhausted, 429, 8",
        "NOT_FOUND, 404, 5",
        "14, 503, 14"
    })
    void aStatusOfGrpcHasOneOfHttp(String name, int http, int grpc) {
        FaultAbort abort = FaultAbort.grpc(name);

        assertThat(abort.httpStatus()).isEqualTo(http);
        assertThat(abort.grpcStatus()).isEqualTo(grpc);
        assertThat(abort.isReset()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"400, 13", "401, 16", "403, 7", "404, 12", "429, 14", "503, 14", "418, 2"})
    void aStatusOfHttpHasOneOfGrpc(int http, int grpc) {
        assertThat(FaultAbort.http(http).grpcStatus()).isEqualTo(grpc);
    }

    @Test
    void anErrorOfHttp2ResetsAStream() {
        FaultAbort abort = FaultAbort.http2("REFUSED_STREAM");

        assertThat(abort.isReset()).isTrue();
        assertThat(abort.http2Error()).isEqualTo(7);
        assertThat(abort.httpStatus()).isEqualTo(503);
    }

    @Test
    void namesThatNobodyKnowsAreRefused() {
        assertThatThrownBy(() -> FaultAbort.grpc("BROKEN"))
                .hasMessage("'BROKEN' is no gRPC status");
        assertThatThrownBy(() -> FaultAbort.grpc("17")).hasMessage("'17' is no gRPC status");
        assertThatThrownBy(() -> FaultAbort.http2("-1")).hasMessage("'-1' is no HTTP/2 error");
    }
}

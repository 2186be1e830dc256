package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.action.CrossOrigin;
import io.opensergo.governance.action.DirectResponse;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.FaultPolicy;
import io.opensergo.governance.action.HeaderChanges;
import io.opensergo.governance.action.Redirect;
import io.opensergo.rules.traffic.CorsPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What answers a request in place of its service, and the order in which a server does it all. */
class ServedActionsTest {

    private static final CrossOrigin FROM_SHOP =
            CrossOrigin.of(
                    "https://shop.example"::equals,
                    CorsPolicy.builder().allowMethods(List.of("PUT")).build(),
                    problem -> {});

    private static final HeaderChanges BY_RULE =
            HeaderChanges.of(List.of(), Map.of("x-by", "rule"), Map.of(), problem -> {});

    private static final FaultPolicy NO_FAULT = FaultPolicy.none();
    private static final Redirect ELSEWHERE = new Redirect(302, "/new", null, null, 0);
    private static final DirectResponse CLOSED =
            new DirectResponse(503, "closed".getBytes(StandardCharsets.UTF_8));

    private final List<String> headers = new ArrayList<>();

    private final HeaderChanges.Target target =
            new HeaderChanges.Target() {
                @Override
                public void remove(String name) {
                    headers.add("-" + name);
                }

                @Override
                public void set(String name, String value) {
                    headers.add(name + "=" + value);
                }

                @Override
                public void add(String name, String value) {
                    headers.add(name + "+" + value);
                }
            };

    private static RouteActions actions(
            @Nullable FaultPolicy faults,
            @Nullable Redirect redirect,
            @Nullable DirectResponse response) {
        return new RouteActions(
                0,
                null,
                faults,
                HeaderChanges.NONE,
                BY_RULE,
                null,
                null,
                redirect,
                response,
                null,
                0,
                FROM_SHOP);
    }

    private static RequestView request(String method, @Nullable String origin) {
        RequestView.Builder request = RequestView.builder().method(method).path("/orders");
        if (origin != null) {
            request.header("origin", origin).header("access-control-request-method", "PUT");
        }
        return request.build();
    }

    private static RouteAnswer answer(RouteActions actions) {
        return Objects.requireNonNull(
                actions.answer(
                        actions.drawFaults().abort(), redirect -> "http://shop" + redirect.path()));
    }

    @Test
    void aFaultAnswersBeforeARedirectAndARedirectBeforeAResponse() {
        FaultPolicy failing = NO_FAULT.withAbort(FaultAbort.http(500), 1, 1);

        assertThat(answer(actions(failing, ELSEWHERE, CLOSED)).status()).isEqualTo(500);
        assertThat(answer(actions(NO_FAULT, ELSEWHERE, CLOSED)).location())
                .isEqualTo("http://shop/new");
        assertThat(answer(actions(null, null, CLOSED)).body()).asString().isEqualTo("closed");
        assertThat(actions(null, null, null).answer(null, Redirect::toString)).isNull();
    }

    @Test
    void aFaultThatResetsAStreamHasAStatusForProtocolsWithout() {
        FaultPolicy failing = NO_FAULT.withAbort(FaultAbort.http2("CANCEL"), 1, 1);

        RouteAnswer answer = answer(actions(failing, null, null));

        assertThat(answer.isReset()).isTrue();
        assertThat(answer.http2Error()).isEqualTo(8);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer(actions(null, ELSEWHERE, null)).isReset()).isFalse();
    }

    @Test
    void aStatusWithoutContentHasNoBody() {
        assertThat(answer(actions(null, null, CLOSED)).mayHaveBody()).isTrue();
        for (int status : new int[] {204, 205, 304}) {
            var response = new DirectResponse(status, new byte[] {1});
            assertThat(answer(actions(null, null, response)).mayHaveBody()).isFalse();
        }
    }

    @Test
    void aRequestIsHeldUpOnceItIsAdmittedAndThenFails() {
        FaultPolicy faults =
                NO_FAULT.withDelay(Duration.ofMillis(7), 1, 1)
                        .withAbort(FaultAbort.http(500), 1, 1);
        var served = new ServedActions(actions(faults, null, null), request("GET", null));
        assertThat(served.isAdmitted()).isFalse();

        assertThat(served.admit()).isEqualTo(7_000_000);

        assertThat(served.isAdmitted()).isTrue();
        assertThat(Objects.requireNonNull(served.answer(Redirect::toString)).status())
                .isEqualTo(500);
    }

    @Test
    void aPreflightRequestOfAnAllowedOriginIsAnswered() {
        RequestView asking = request("OPTIONS", "https://shop.example");
        var served = new ServedActions(actions(null, null, null), asking);

        assertThat(served.isPreflight(asking)).isTrue();
        served.answerPreflight(target);

        assertThat(headers)
                .containsExactly(
                        "access-control-allow-origin=https://shop.example",
                        "vary+Origin",
                        "access-control-allow-methods=PUT");
    }

    @Test
    void nothingIsSaidToAnOriginThatIsNotAllowed() {
        RequestView asking = request("OPTIONS", "https://evil.example");
        var served = new ServedActions(actions(null, null, null), asking);

        assertThat(served.isPreflight(asking)).isFalse();
        served.meet();
        served.changeResponse(target);

        assertThat(headers).isEmpty();
    }

    @Test
    void aResponseTellsOfOriginsOnceItIsTheApplicationsAndHasTheRulesHeadersOnceItIsAdmitted() {
        RequestView request = request("GET", "https://shop.example");
        var served = new ServedActions(actions(null, null, null), request);
        assertThat(served.changesResponse()).isTrue();

        served.changeResponse(target);
        assertThat(headers).isEmpty();

        served.meet();
        served.changeResponse(target);
        assertThat(headers)
                .containsExactly("access-control-allow-origin=https://shop.example", "vary+Origin");

        headers.clear();
        served.admit();
        served.changeResponse(target);
        assertThat(headers).hasSize(3).endsWith("x-by=rule");
    }
}

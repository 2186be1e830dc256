package io.opensergo.spring.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.governance.Governor;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.spring.RejectionResponder;
import io.opensergo.spring.internal.InnerGuard;
import io.opensergo.spring.internal.ServerGuards;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.gateway.server.mvc.common.MvcUtils;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

class GovernedProxyExchangeTest {

    private final Governor governor =
            Governor.of(
                    RuleReader.strict()
                            .read(
                                    """
                                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                    kind: ConcurrencyLimitStrategy
                                    metadata: {name: two}
                                    spec: {maxConcurrency: 2, limitMode: Local}
                                    ---
                                    apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                    kind: FaultToleranceRule
                                    metadata: {name: catalogue}
                                    spec:
                                      targets: [{targetResourceName: catalogue}]
                                      strategies: [{name: two, kind: ConcurrencyLimitStrategy}]
                                    """,
                                    "test")
                            .rules());
    private final Deque<Supplier<ServerResponse>> answers = new ArrayDeque<>();
    private final GovernedProxyExchange exchange =
            new GovernedProxyExchange(
                    request -> answers.pop().get(),
                    () -> new ServerGuards(governor, id -> id.equals("excluded")),
                    RejectionResponder::standard);

    private long inFlight() {
        return governor.stats("catalogue", TrafficDirection.INBOUND).inFlight();
    }

    private static ServerResponse answer(int status) {
        return ServerResponse.status(status).build();
    }

    @Test
    void aRouteEndsWithItsRequest() {
        var request = new MockHttpServletRequest("GET", "/gw/items");
        answers.add(() -> answer(200));

        assertThat(exchange.exchange(call(request, "catalogue")).statusCode().value())
                .isEqualTo(200);

        assertThat(inFlight()).isEqualTo(1);
        end(request);
        end(request);
        assertThat(inFlight()).isZero();
    }

    @Test
    void anAttemptEndsWithTheNextOne() {
        var request = new MockHttpServletRequest("GET", "/gw/items");
        for (int i = 0; i < 5; i++) {
            answers.add(() -> answer(503));
            assertThat(exchange.exchange(call(request, "catalogue")).statusCode().value())
                    .isEqualTo(503);
            assertThat(inFlight()).isBetween(1L, 2L);
        }
        end(request);

        assertThat(inFlight()).isZero();
    }

    @Test
    void aCallThatThrowsGivesItsPlaceBackAtOnce() {
        var request = new MockHttpServletRequest("GET", "/gw/items");
        answers.add(
                () -> {
                    throw new IllegalStateException("on purpose");
                });

        assertThatThrownBy(() -> exchange.exchange(call(request, "catalogue")))
                .hasMessage("on purpose");

        assertThat(inFlight()).isZero();
    }

    @Test
    void anAsynchronousRequestGivesItsPlaceBackWithTheHeadOfTheAnswer() {
        var request = new MockHttpServletRequest("GET", "/gw/items");
        request.setAsyncSupported(true);
        request.startAsync();
        answers.add(() -> answer(200));

        exchange.exchange(call(request, "catalogue"));

        assertThat(inFlight()).isZero();
    }

    @Test
    void aRefusedRequestIsAnsweredAndMarkedForTheGuardBeforeIt() {
        var request = new MockHttpServletRequest("GET", "/gw/items");
        answers.add(() -> answer(200));
        answers.add(() -> answer(200));
        var others =
                List.of(
                        new MockHttpServletRequest("GET", "/gw/items"),
                        new MockHttpServletRequest("GET", "/gw/items"));
        others.forEach(other -> exchange.exchange(call(other, "catalogue")));

        assertThat(exchange.exchange(call(request, "catalogue")).statusCode().value())
                .isEqualTo(429);
        assertThat(request.getAttribute(InnerGuard.ATTRIBUTE)).isSameAs(InnerGuard.REFUSED);
        others.forEach(GovernedProxyExchangeTest::end);
        assertThat(inFlight()).isZero();
    }

    @Test
    void aRouteThatIsExcludedOrHasNoIdIsLeftAlone() {
        var request = new MockHttpServletRequest("GET", "/gw/items");
        answers.add(() -> answer(200));
        answers.add(() -> answer(200));

        exchange.exchange(call(request, "excluded"));
        exchange.exchange(call(new MockHttpServletRequest("GET", "/gw/items"), null));

        assertThat(request.getAttribute(InnerGuard.ATTRIBUTE)).isNull();
    }

    private static void end(MockHttpServletRequest request) {
        var left = (InnerGuard) request.getAttribute(InnerGuard.ATTRIBUTE);
        assertThat(left).isNotNull();
        left.end(null);
    }

    private static ProxyExchange.Request call(MockHttpServletRequest request, String route) {
        ServerRequest served = ServerRequest.create(request, List.of());
        MvcUtils.setRouteId(served, route);
        return new Call(served);
    }

    private record Call(ServerRequest served) implements ProxyExchange.Request {

        @Override
        public HttpHeaders getHeaders() {
            return served.headers().asHttpHeaders();
        }

        @Override
        public HttpMethod getMethod() {
            return served.method();
        }

        @Override
        public URI getUri() {
            return served.uri();
        }

        @Override
        public ServerRequest getServerRequest() {
            return served;
        }

        @Override
        public Collection<ProxyExchange.ResponseConsumer> getResponseConsumers() {
            return List.of();
        }
    }
}

package io.opensergo.spring;

import feign.Client;
import feign.Request;
import feign.Response;
import io.opensergo.governance.Governor;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.spring.cloud.FeignGovernance;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.client.DefaultResponseErrorHandler;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** Governed clients of all kinds, each with something of the application behind the governance. */
final class RoutedClients {

    private RoutedClients() {}

    enum Kind {
        REST_CLIENT,
        REST_TEMPLATE,
        WEB_CLIENT,
        FEIGN
    }

    /** An answer; the names of headers are in lower case. */
    record Reply(int status, String body, Map<String, String> headers) {

        static Reply of(int status, byte[] body, HttpHeaders headers) {
            Map<String, String> fields = new HashMap<>();
            headers.forEach(
                    (name, values) -> fields.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            return new Reply(
                    status, body == null ? "" : new String(body, StandardCharsets.UTF_8), fields);
        }
    }

    /** Makes calls, and counts those that come to what stands behind the governance. */
    abstract static class Caller {

        private final AtomicInteger behind = new AtomicInteger();
        private final RequestRejectedException refusal = refusal();
        private volatile boolean refuses;

        abstract Reply call(String method, String url, String body, Map<String, String> headers)
                throws Exception;

        int behind() {
            return behind.get();
        }

        /** Has what stands behind refuse, as another guard would do. */
        void refuse() {
            refuses = true;
        }

        void pass() {
            behind.incrementAndGet();
            if (refuses) {
                throw refusal;
            }
        }
    }

    private static RequestRejectedException refusal() {
        try (Governor refusing =
                Governor.of(
                        RuleReader.strict()
                                .read(
                                        """
                                        apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                        kind: RateLimitStrategy
                                        metadata: {name: none}
                                        spec:
                                          {metricType: RequestAmount, limitMode: Local, threshold: 0, statDurationSeconds: 1}
                                        ---
                                        apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                        kind: FaultToleranceRule
                                        metadata: {name: rule}
                                        spec:
                                          targets: [{targetResourceName: none}]
                                          strategies: [{name: none, kind: RateLimitStrategy}]
                                        """,
                                        "test")
                                .orThrow())) {
            return new RequestRejectedException(refusing.guard("none").acquirePermit().rejection());
        }
    }

    static Caller of(Kind kind, Governor governor) {
        var calls = new GovernedCalls(governor, host -> false);
        return switch (kind) {
            case REST_CLIENT -> restClient(calls);
            case REST_TEMPLATE -> restTemplate(calls);
            case WEB_CLIENT -> webClient(calls);
            case FEIGN -> feign(governor);
        };
    }

    private static ClientHttpRequestInterceptor passing(Caller caller) {
        return (request, body, execution) -> {
            caller.pass();
            request.getHeaders().set("x-behind", "1");
            return execution.execute(request, body);
        };
    }

    private static Caller restClient(GovernedCalls calls) {
        RestClient.Builder builder =
                RestClient.builder()
                        .requestFactory(new JdkClientHttpRequestFactory())
                        .requestInterceptor(calls.interceptor());
        return new Caller() {

            private final RestClient client = builder.requestInterceptor(passing(this)).build();

            @Override
            Reply call(String method, String url, String body, Map<String, String> headers) {
                var request = client.method(HttpMethod.valueOf(method)).uri(URI.create(url));
                headers.forEach(request::header);
                if (!body.isEmpty()) {
                    request.body(body);
                }
                return request.exchange(
                        (sent, response) ->
                                Reply.of(
                                        response.getStatusCode().value(),
                                        response.getBody().readAllBytes(),
                                        response.getHeaders()));
            }
        };
    }

    private static Caller restTemplate(GovernedCalls calls) {
        var template = new RestTemplate(new JdkClientHttpRequestFactory());
        template.setErrorHandler(
                new DefaultResponseErrorHandler() {
                    @Override
                    public boolean hasError(
                            org.springframework.http.client.ClientHttpResponse response) {
                        return false;
                    }
                });
        calls.govern(template);
        return new Caller() {
            {
                template.getInterceptors().add(passing(this));
            }

            @Override
            Reply call(String method, String url, String body, Map<String, String> headers) {
                var sent = new HttpHeaders();
                headers.forEach(sent::set);
                var response =
                        template.exchange(
                                URI.create(url),
                                HttpMethod.valueOf(method),
                                new HttpEntity<>(body.isEmpty() ? null : body, sent),
                                byte[].class);
                return Reply.of(
                        response.getStatusCode().value(),
                        response.getBody(),
                        response.getHeaders());
            }
        };
    }

    private static Caller webClient(GovernedCalls calls) {
        WebClient.Builder builder =
                WebClient.builder()
                        .clientConnector(new JdkClientHttpConnector())
                        .filter(new GovernedReactiveCalls(calls).filter());
        return new Caller() {

            private final WebClient client =
                    builder.filter(
                                    (request, next) ->
                                            Mono.defer(
                                                    () -> {
                                                        pass();
                                                        return next.exchange(
                                                                ClientRequest.from(request)
                                                                        .header("x-behind", "1")
                                                                        .build());
                                                    }))
                            .build();

            @Override
            Reply call(String method, String url, String body, Map<String, String> headers) {
                var request = client.method(HttpMethod.valueOf(method)).uri(URI.create(url));
                headers.forEach(request::header);
                if (!body.isEmpty()) {
                    request.bodyValue(body);
                }
                return request.exchangeToMono(
                                response ->
                                        response.toEntity(byte[].class)
                                                .map(
                                                        entity ->
                                                                Reply.of(
                                                                        response.statusCode()
                                                                                .value(),
                                                                        entity.getBody(),
                                                                        entity.getHeaders())))
                        .block(Duration.ofSeconds(60));
            }
        };
    }

    private static Caller feign(Governor governor) {
        var governance = new FeignGovernance(governor, host -> false);
        Caller[] self = new Caller[1];
        Client plain = new Client.Default(null, null);
        Client behind =
                (request, options) -> {
                    self[0].pass();
                    Map<String, Collection<String>> headers = new HashMap<>(request.headers());
                    headers.put("x-behind", List.of("1"));
                    return plain.execute(
                            Request.create(
                                    request.httpMethod(),
                                    request.url(),
                                    headers,
                                    request.body(),
                                    request.charset(),
                                    request.requestTemplate()),
                            options);
                };
        Client client = governance.enrich(behind);
        self[0] =
                new Caller() {
                    @Override
                    Reply call(String method, String url, String body, Map<String, String> headers)
                            throws IOException {
                        return RoutedClients.call(client, method, url, body, headers);
                    }
                };
        return self[0];
    }

    private static Reply call(
            Client client, String method, String url, String body, Map<String, String> headers)
            throws IOException {
        Map<String, Collection<String>> sent = new HashMap<>();
        headers.forEach((name, value) -> sent.put(name, List.of(value)));
        byte[] bytes = body.isEmpty() ? null : body.getBytes(StandardCharsets.UTF_8);
        Request request =
                Request.create(
                        Request.HttpMethod.valueOf(method),
                        url,
                        sent,
                        bytes,
                        StandardCharsets.UTF_8,
                        null);
        var options = new Request.Options(60, TimeUnit.SECONDS, 60, TimeUnit.SECONDS, false);
        try (Response response = client.execute(request, options)) {
            var received = new HttpHeaders();
            response.headers()
                    .forEach((name, values) -> values.forEach(value -> received.add(name, value)));
            byte[] content =
                    response.body() == null
                            ? new byte[0]
                            : response.body().asInputStream().readAllBytes();
            return Reply.of(response.status(), content, received);
        }
    }
}

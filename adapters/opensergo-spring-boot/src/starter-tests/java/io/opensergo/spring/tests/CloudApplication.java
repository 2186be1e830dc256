package io.opensergo.spring.tests;

import io.opensergo.spring.GovernedCalls;
import io.opensergo.spring.GovernedReactiveCalls;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClient;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/** An application that calls services by names, with every client. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableFeignClients(
        clients = {CloudApplication.PricesClient.class, CloudApplication.SilentClient.class})
@LoadBalancerClient(name = "own", configuration = OwnBalancer.class)
class CloudApplication {

    @FeignClient("prices")
    interface PricesClient {

        @GetMapping("/items/{id}")
        String item(
                @PathVariable("id") String id,
                @RequestHeader(name = "x-cohort", required = false) String cohort);

        @GetMapping("/failing/{id}")
        String failing(@PathVariable("id") String id);
    }

    interface PricesExchange {

        @GetExchange("/items/{id}")
        String item(@PathVariable("id") String id, @RequestHeader(name = "x-cohort") String cohort);
    }

    @FeignClient("silent")
    interface SilentClient {

        @GetMapping("/silent")
        String call();
    }

    /** The gateway wants a builder that is not balanced. */
    @Bean
    @Primary
    @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
    RestClient.Builder plainRestClients(GovernedCalls calls) {
        return RestClient.builder().requestInterceptor(calls.interceptor());
    }

    @Bean
    @LoadBalanced
    RestClient.Builder balancedRestClients(GovernedCalls calls) {
        return RestClient.builder().requestInterceptor(calls.interceptor());
    }

    @Bean
    @LoadBalanced
    WebClient.Builder balancedWebClients(GovernedCalls calls) {
        return WebClient.builder().filter(new GovernedReactiveCalls(calls).filter());
    }

    @Bean
    @LoadBalanced
    RestTemplate balancedRestTemplate(GovernedCalls calls) {
        var template = new RestTemplate();
        calls.govern(template);
        return template;
    }

    /** Calls with the colour of the request. */
    @RestController
    static class Api {

        private final Clients clients;

        Api(Clients clients) {
            this.clients = clients;
        }

        @GetMapping("/by/{client}")
        String call(@PathVariable("client") String client) {
            return clients.call(Kind.valueOf(client), "prices", null);
        }
    }

    /** The clients of an application. */
    enum Kind {
        REST_CLIENT,
        REST_TEMPLATE,
        WEB_CLIENT,
        HTTP_EXCHANGE,
        FEIGN
    }

    @Bean
    Clients clients(
            @LoadBalanced RestClient.Builder rest,
            @LoadBalanced WebClient.Builder web,
            RestTemplate template,
            PricesClient feign) {
        RestClient ofPrices = rest.clone().baseUrl("http://prices").build();
        PricesExchange exchange =
                HttpServiceProxyFactory.builderFor(RestClientAdapter.create(ofPrices))
                        .build()
                        .createClient(PricesExchange.class);
        return new Clients(rest.build(), template, web.build(), exchange, feign);
    }

    /** Makes one call with any of them. */
    record Clients(
            RestClient rest,
            RestTemplate template,
            WebClient web,
            PricesExchange exchange,
            PricesClient feign) {

        String call(Kind kind, String service, String cohort) {
            String uri = "http://" + service + "/items/{id}";
            Supplier<String> call =
                    switch (kind) {
                        case REST_CLIENT ->
                                () ->
                                        rest.get()
                                                .uri(uri, 7)
                                                .headers(h -> h.set("x-cohort", "" + cohort))
                                                .retrieve()
                                                .body(String.class);
                        case REST_TEMPLATE ->
                                () -> {
                                    var headers = new org.springframework.http.HttpHeaders();
                                    headers.set("x-cohort", "" + cohort);
                                    return template.exchange(
                                                    uri,
                                                    org.springframework.http.HttpMethod.GET,
                                                    new org.springframework.http.HttpEntity<>(
                                                            headers),
                                                    String.class,
                                                    7)
                                            .getBody();
                                };
                        case WEB_CLIENT ->
                                () ->
                                        web.get()
                                                .uri(uri, 7)
                                                .header("x-cohort", "" + cohort)
                                                .retrieve()
                                                .bodyToMono(String.class)
                                                .block();
                        case HTTP_EXCHANGE -> () -> exchange.item("7", "" + cohort);
                        case FEIGN -> () -> feign.item("7", cohort);
                    };
            return call.get();
        }
    }
}

package io.opensergo.spring.tests;

import io.opensergo.governance.RequestRejectedException;
import io.opensergo.spring.Governed;
import io.opensergo.spring.GovernedCalls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** An application that is processed ahead of time, and says what becomes of requests to it. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({AotApplication.Api.class, AotApplication.Prices.class})
public class AotApplication {

    /** Starts, makes some requests, and ends. */
    public static void main(String[] args) throws Exception {
        try (ConfigurableApplicationContext context =
                SpringApplication.run(AotApplication.class, args)) {
            System.out.println("ahead of time: " + AotDetector.useGeneratedArtifacts());
            String port = context.getEnvironment().getProperty("local.server.port");
            for (String path : new String[] {"/orders/1", "/orders/2", "/called"}) {
                System.out.println(path + " " + get("http://localhost:" + port + path));
            }
            Prices prices = context.getBean(Prices.class);
            System.out.println(prices.of("tea") + ", " + prices.of("tea"));
        }
    }

    private static String get(String uri) throws Exception {
        HttpResponse<String> answer =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(uri)).build(),
                                HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + (answer.statusCode() == 200 ? " " + answer.body() : "");
    }

    @Bean
    @LoadBalanced
    RestClient.Builder balanced(GovernedCalls calls) {
        return RestClient.builder()
                .requestFactory(new JdkClientHttpRequestFactory()) // whose threads end with main
                .requestInterceptor(calls.interceptor());
    }

    /** What it serves. */
    @RestController
    static class Api {

        private final RestClient rest;

        Api(@LoadBalanced RestClient.Builder rest) {
            this.rest = rest.build();
        }

        @GetMapping("/orders/{id}")
        String order(@PathVariable("id") String id) {
            return "order " + id;
        }

        @GetMapping("/called")
        String called() {
            return "" + rest.get().uri("http://prices/items/{id}", 7).retrieve().body(String.class);
        }
    }

    /** A bean with a guarded method. */
    static class Prices {

        @Governed(value = "prices", fallback = "unknown")
        public String of(String item) {
            return "price of " + item;
        }

        String unknown(String item, RequestRejectedException refusal) {
            return "unknown by " + refusal.rejection().strategy();
        }
    }
}

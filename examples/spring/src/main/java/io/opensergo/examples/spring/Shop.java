package io.opensergo.examples.spring;

import io.opensergo.governance.RequestRejectedException;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.web.client.RestClientBuilderConfigurer;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;

/** A service that calls prices, by its name; Spring Boot's configurer makes a governed client. */
@RestController
@EnableAutoConfiguration
@Import(Shop.Clients.class)
class Shop {

    private final RestClient prices;

    Shop(RestClient.Builder builder) {
        this.prices = builder.baseUrl("http://prices").build();
    }

    /** Apart from the controller, which needs it. */
    static class Clients {

        @Bean
        @LoadBalanced
        RestClient.Builder balanced(RestClientBuilderConfigurer configurer) {
            return configurer.configure(RestClient.builder());
        }
    }

    @GetMapping("/shop/{id}")
    String offer(@PathVariable("id") String id) {
        return "only " + prices.get().uri("/prices/{id}", id).retrieve().body(String.class);
    }

    @ExceptionHandler
    ResponseEntity<String> answer(RequestRejectedException refused) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .body("prices was not called: " + refused.rejection().limit());
    }

    @ExceptionHandler
    ResponseEntity<String> answer(RestClientResponseException failed) {
        return ResponseEntity.status(HttpStatus.BAD_GATEWAY)
                .body("prices says " + failed.getStatusCode().value());
    }
}

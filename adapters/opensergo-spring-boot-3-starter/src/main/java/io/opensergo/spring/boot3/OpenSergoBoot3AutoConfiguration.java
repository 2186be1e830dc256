package io.opensergo.spring.boot3;

import io.opensergo.spring.GovernedCalls;
import io.opensergo.spring.GovernedReactiveCalls;
import io.opensergo.spring.boot.GovernanceReport;
import io.opensergo.spring.boot.OpenSergoAutoConfiguration;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.web.client.RestClientCustomizer;
import org.springframework.boot.web.client.RestTemplateCustomizer;
import org.springframework.boot.web.reactive.function.client.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;

/** Governs the clients that Spring Boot 3 makes, and tells of it in its health. */
@AutoConfiguration(after = OpenSergoAutoConfiguration.class)
public class OpenSergoBoot3AutoConfiguration {

    /** Made by Spring. */
    OpenSergoBoot3AutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(RestClientCustomizer.class)
    @ConditionalOnBean(GovernedCalls.class)
    static class BlockingClients {

        @Bean
        RestClientCustomizer openSergoRestClients(GovernedCalls calls) {
            return builder -> builder.requestInterceptor(calls.interceptor());
        }

        @Bean
        RestTemplateCustomizer openSergoRestTemplates(GovernedCalls calls) {
            return calls::govern;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({WebClientCustomizer.class, WebClient.class})
    @ConditionalOnBean(GovernedCalls.class)
    static class ReactiveClients {

        @Bean
        WebClientCustomizer openSergoWebClients(GovernedCalls calls) {
            var reactive = new GovernedReactiveCalls(calls);
            return builder -> builder.filter(reactive.filter());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthIndicator.class)
    @ConditionalOnBean(GovernanceReport.class)
    static class Healths {

        /** Up whatever the control plane does, unless the application is to wait for rules. */
        @Bean
        @ConditionalOnMissingBean(name = "openSergoHealthIndicator")
        HealthIndicator openSergoHealthIndicator(GovernanceReport report) {
            return () ->
                    (report.isInService() ? Health.up() : Health.outOfService())
                            .withDetails(report.summary())
                            .build();
        }
    }
}

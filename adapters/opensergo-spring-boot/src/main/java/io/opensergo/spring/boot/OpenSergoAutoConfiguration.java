package io.opensergo.spring.boot;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationFilter;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.governance.Governor;
import io.opensergo.governance.metrics.GovernorMetrics;
import io.opensergo.spring.DecisionObservationFilter;
import io.opensergo.spring.GovernedCalls;
import io.opensergo.spring.GovernedMethodProcessor;
import io.opensergo.spring.RejectionResponder;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.observation.ClientRequestObservationContext;

/**
 * Makes the client, the governor and what they govern. A bean of the application of the same type
 * replaces each of them.
 */
@AutoConfiguration
@ConditionalOnProperty(name = "opensergo.enabled", matchIfMissing = true)
@EnableConfigurationProperties(OpenSergoProperties.class)
public class OpenSergoAutoConfiguration {

    /** Made by Spring. */
    OpenSergoAutoConfiguration() {}

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean({OpenSergo.class, Governor.class})
    OpenSergo openSergo(
            OpenSergoProperties properties,
            Environment environment,
            ResourceLoader resources,
            ObjectProvider<SslBundles> bundles) {
        StarterCheck.check(getClass().getClassLoader());
        return OpenSergo.start(properties, environment, resources, bundles::getIfAvailable);
    }

    @Bean(destroyMethod = "") // closed with its owner
    @ConditionalOnMissingBean
    Governor openSergoGovernor(OpenSergo openSergo) {
        return openSergo.governor();
    }

    @Bean
    @ConditionalOnMissingBean
    GovernanceReport openSergoReport(
            Governor governor,
            ObjectProvider<OpenSergo> openSergo,
            OpenSergoProperties properties) {
        OpenSergo own = openSergo.getIfAvailable();
        @Nullable OpenSergoClient client = own == null ? null : own.client();
        return new GovernanceReport(
                governor,
                client,
                own == null ? "a bean" : own.source(),
                properties.health().requireRules());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MethodInterceptor.class)
    static class Methods {

        @Bean
        static GovernedMethodProcessor openSergoMethods(ObjectProvider<Governor> governor) {
            return new GovernedMethodProcessor(governor::getObject);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ResponseEntity.class)
    static class Answers {

        @Bean
        @ConditionalOnMissingBean
        RejectionResponder openSergoRejectionResponder() {
            return RejectionResponder.standard();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ClientHttpRequestInterceptor.class)
    @ConditionalOnProperty(name = "opensergo.client.enabled", matchIfMissing = true)
    static class Calls {

        @Bean
        @ConditionalOnMissingBean
        GovernedCalls openSergoCalls(Governor governor, OpenSergoProperties properties) {
            return new GovernedCalls(governor, properties.client().excluded());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Meters {

        @Bean
        @ConditionalOnMissingBean
        GovernorMetrics openSergoMetrics(Governor governor) {
            return new GovernorMetrics(governor);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ObservationFilter.class, ClientRequestObservationContext.class})
    @ConditionalOnProperty(name = "opensergo.observations.enabled", matchIfMissing = true)
    static class Observations {

        @Bean
        @ConditionalOnMissingBean
        DecisionObservationFilter openSergoObservations() {
            return new DecisionObservationFilter();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Endpoint.class)
    static class Actuator {

        @Bean
        @ConditionalOnMissingBean
        OpenSergoEndpoint openSergoEndpoint(GovernanceReport report, Governor governor) {
            return new OpenSergoEndpoint(report, governor);
        }
    }
}

package io.opensergo.spring.boot;

import feign.Capability;
import io.opensergo.governance.Governor;
import io.opensergo.spring.GovernedCalls;
import io.opensergo.spring.MvcGovernance;
import io.opensergo.spring.RejectionResponder;
import io.opensergo.spring.cloud.FeignGovernance;
import io.opensergo.spring.cloud.GatewayGovernance;
import io.opensergo.spring.cloud.GatewayMvcGovernance;
import io.opensergo.spring.cloud.GuardCircuitBreakerFactory;
import io.opensergo.spring.cloud.ReactiveGuardCircuitBreakerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.server.mvc.filter.HttpHeadersFilter.RequestHttpHeadersFilter;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Governs what the application has of Spring Cloud. */
@AutoConfiguration(
        after = {OpenSergoAutoConfiguration.class, OpenSergoServerAutoConfiguration.class},
        afterName = {
            "org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JAutoConfiguration",
            "org.springframework.cloud.circuitbreaker.resilience4j"
                    + ".ReactiveResilience4JAutoConfiguration",
            "org.springframework.cloud.circuitbreaker.retry.FrameworkRetryAutoConfiguration",
            "org.springframework.cloud.circuitbreaker.springretry.SpringRetryAutoConfiguration"
        })
@ConditionalOnBean(Governor.class)
public class OpenSergoCloudAutoConfiguration {

    /** Made by Spring. */
    OpenSergoCloudAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(LoadBalancerClientFactory.class)
    @ConditionalOnProperty(name = "opensergo.load-balancer.enabled", matchIfMissing = true)
    @LoadBalancerClients(defaultConfiguration = InstanceRoutingConfiguration.class)
    @Import(InstanceRoutingConfiguration.class) // for suppliers that are beans of the application
    static class LoadBalancer {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(Capability.class)
    @ConditionalOnBean(GovernedCalls.class)
    @ConditionalOnProperty(name = "opensergo.feign.enabled", matchIfMissing = true)
    static class Feign {

        @Bean
        @ConditionalOnMissingBean
        FeignGovernance openSergoFeign(Governor governor, OpenSergoProperties properties) {
            return new FeignGovernance(governor, properties.client().excluded());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(GlobalFilter.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnProperty(name = "opensergo.gateway.enabled", matchIfMissing = true)
    static class Gateway {

        @Bean
        @ConditionalOnMissingBean
        GatewayGovernance openSergoGateway(
                Governor governor, OpenSergoProperties properties, RejectionResponder responder) {
            return new GatewayGovernance(governor, properties.server().excluded(), responder);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ProxyExchange.class)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnBean(MvcGovernance.class)
    @ConditionalOnProperty(name = "opensergo.gateway.enabled", matchIfMissing = true)
    static class GatewayMvc {

        @Bean
        static BeanPostProcessor openSergoGatewayRoutes(
                ObjectProvider<Governor> governor,
                ObjectProvider<OpenSergoProperties> properties,
                ObjectProvider<RejectionResponder> responder) {
            return GatewayMvcGovernance.routes(
                    governor::getObject,
                    () -> properties.getObject().server().excluded(),
                    responder::getObject);
        }

        @Bean
        RequestHttpHeadersFilter openSergoGatewayColours(Governor governor) {
            return GatewayMvcGovernance.colours(governor);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(CircuitBreakerFactory.class)
    @ConditionalOnProperty(name = "opensergo.circuit-breaker.enabled", matchIfMissing = true)
    static class CircuitBreakers {

        @Bean
        @ConditionalOnMissingBean(CircuitBreakerFactory.class)
        GuardCircuitBreakerFactory openSergoCircuitBreakers(Governor governor) {
            return new GuardCircuitBreakerFactory(governor);
        }

        @Bean
        @ConditionalOnMissingBean(ReactiveCircuitBreakerFactory.class)
        ReactiveGuardCircuitBreakerFactory openSergoReactiveCircuitBreakers(Governor governor) {
            return new ReactiveGuardCircuitBreakerFactory(governor);
        }
    }
}

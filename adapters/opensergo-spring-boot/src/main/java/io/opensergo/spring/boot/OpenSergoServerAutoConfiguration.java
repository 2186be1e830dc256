package io.opensergo.spring.boot;

import io.opensergo.governance.Governor;
import io.opensergo.spring.MvcGovernance;
import io.opensergo.spring.RejectionResponder;
import io.opensergo.spring.WebFluxGovernance;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Guards the handlers of the application's server. */
@AutoConfiguration(after = OpenSergoAutoConfiguration.class)
@ConditionalOnBean(Governor.class)
@ConditionalOnProperty(name = "opensergo.server.enabled", matchIfMissing = true)
public class OpenSergoServerAutoConfiguration {

    /** Made by Spring. */
    OpenSergoServerAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnClass(WebMvcConfigurer.class)
    static class Mvc {

        @Bean
        @ConditionalOnMissingBean
        MvcGovernance openSergoMvc(
                Governor governor, OpenSergoProperties properties, RejectionResponder responder) {
            return new MvcGovernance(governor, properties.server().excluded(), responder);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnClass(HandlerMapping.class)
    static class WebFlux {

        @Bean
        @ConditionalOnMissingBean
        WebFluxGovernance openSergoWebFlux(
                Governor governor,
                OpenSergoProperties properties,
                RejectionResponder responder,
                ObjectProvider<HandlerMapping> mappings) {
            return new WebFluxGovernance(
                    governor, properties.server().excluded(), responder, mappings);
        }
    }
}

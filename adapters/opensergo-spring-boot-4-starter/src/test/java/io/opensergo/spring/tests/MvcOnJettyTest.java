package io.opensergo.spring.tests;

import org.junit.jupiter.api.Tag;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** MVC on Jetty of Spring Boot 4. */
@Tag("extended")
class MvcOnJettyTest extends MvcContract {

    @Override
    World start() {
        return new World("servlet", Application.class, Mvc.class, Server.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class Server {

        @Bean
        JettyServletWebServerFactory server() {
            return new JettyServletWebServerFactory();
        }
    }
}

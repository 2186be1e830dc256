package io.opensergo.spring.tests;

import org.junit.jupiter.api.Tag;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** MVC on Tomcat of Spring Boot 3. */
@Tag("extended")
class MvcOnTomcatTest extends MvcContract {

    @Override
    World start() {
        return new World("servlet", Application.class, Mvc.class, Server.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class Server {

        @Bean
        TomcatServletWebServerFactory server() {
            return new TomcatServletWebServerFactory();
        }
    }
}

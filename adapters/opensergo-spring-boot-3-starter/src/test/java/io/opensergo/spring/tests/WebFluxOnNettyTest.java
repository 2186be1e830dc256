package io.opensergo.spring.tests;

import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** WebFlux on Netty of Spring Boot 3. */
class WebFluxOnNettyTest extends WebFluxContract {

    @Override
    World start() {
        return new World("reactive", Application.class, WebFlux.class, Server.class);
    }

    @Configuration(proxyBeanMethods = false)
    static class Server {

        @Bean
        NettyReactiveWebServerFactory server() {
            return new NettyReactiveWebServerFactory();
        }
    }
}

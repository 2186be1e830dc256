package io.opensergo.spring.tests;

import java.util.List;

/** Spring Cloud Gateway on Spring Boot 4. */
class GatewayTest extends GatewayContract {

    @Override
    World start(List<String> settings) {
        return new World("reactive", settings, Gateway.class, WebFluxOnNettyTest.Server.class);
    }
}

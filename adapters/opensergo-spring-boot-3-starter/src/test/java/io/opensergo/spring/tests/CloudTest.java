package io.opensergo.spring.tests;

import java.util.List;

/** Spring Cloud on Spring Boot 3. */
class CloudTest extends CloudContract {

    @Override
    World start(List<String> settings) {
        return new World(
                "servlet",
                settings,
                CloudApplication.class,
                CloudApplication.Api.class,
                MvcOnTomcatTest.Server.class);
    }
}

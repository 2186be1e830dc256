package io.opensergo.spring.tests;

import java.util.List;

/** Settings of what is on the class path of all tests, and few of them want. */
final class CloudSettings {

    /** Each gateway wants a server of its kind. */
    static final List<String> NO_GATEWAY =
            List.of(
                    "--spring.cloud.gateway.server.webflux.enabled=false",
                    "--spring.cloud.gateway.server.webmvc.enabled=false",
                    "--spring.autoconfigure.exclude=org.springframework.cloud.gateway.server.mvc"
                            + ".filter.FilterAutoConfiguration"); // does not look at the setting

    private CloudSettings() {}
}

package io.opensergo.spring.cloud;

import org.springframework.cloud.client.circuitbreaker.ConfigBuilder;

/**
 * Which resource a circuit breaker guards, for {@code factory.configure(name -> name.of("prices"),
 * "PricesClient#item")}: that of its own id unless set. What guards it is a matter of rules.
 */
public final class ResourceName implements ConfigBuilder<String> {

    private String resource;

    ResourceName(String id) {
        this.resource = id;
    }

    /** Sets the name of the resource that rules name. */
    public ResourceName of(String resource) {
        this.resource = resource;
        return this;
    }

    @Override
    public String build() {
        return resource;
    }
}

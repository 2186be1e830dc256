package io.opensergo.spring.boot;

import java.util.Map;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** The actuator's endpoint {@code opensergo}. */
@Endpoint(id = "opensergo")
public final class OpenSergoEndpoint {

    private final GovernanceReport report;

    OpenSergoEndpoint(GovernanceReport report) {
        this.report = report;
    }

    /** Returns the connection, problems of the plan, and resources with counts and breakers. */
    @ReadOperation
    public Map<String, Object> report() {
        return report.full();
    }
}

package io.opensergo.rules.contract;

import io.opensergo.rules.Violations;
import java.util.List;

/**
 * What one running instance of an application serves: the specification's {@code
 * ReportMetadataRequest}.
 *
 * @param app the name of the application
 * @param node the instance
 * @param services what it serves, with the addresses where
 */
public record ApplicationMetadata(String app, Node node, List<ServiceMetadata> services) {

    /**
     * Checks and copies.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the app is empty or a part is missing
     */
    public ApplicationMetadata {
        var violations = new Violations();
        violations.text("appName", app);
        violations.required("node", node);
        violations.throwIfAny();
        services = List.copyOf(services);
    }
}

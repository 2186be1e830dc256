package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import io.opensergo.rules.Violations;
import java.util.List;
import org.jilt.Builder;
import org.jilt.Opt;

/**
 * What one running instance of an application serves: the specification's {@code
 * ReportMetadataRequest}.
 *
 * @param app the name of the application
 * @param node the instance
 * @param services what it serves, with the addresses where
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record ApplicationMetadata(String app, Node node, @Opt List<ServiceMetadata> services) {

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
        services = services == null ? List.of() : List.copyOf(services);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static ApplicationMetadataBuilders.App builder() {
        return ApplicationMetadataBuilder.builder();
    }

    /** Starts a builder from these values. */
    public ApplicationMetadataBuilder toBuilder() {
        return ApplicationMetadataBuilder.from(this);
    }
}

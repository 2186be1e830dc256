package io.opensergo.rules.database;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which databases of a group are alive and which of them is the writer.
 *
 * @param metadata what identifies and binds the rule
 * @param dataSources groups of databases by name
 * @param discoveryHeartbeats heartbeats by the name that groups use
 * @param discoveryTypes ways of discovery by the name that groups use
 */
public record DatabaseDiscovery(
        Metadata metadata,
        @JsonPropertyDescription("Groups of databases by name.") Map<String, Group> dataSources,
        @JsonPropertyDescription("Heartbeats by name.") Map<String, Heartbeat> discoveryHeartbeats,
        @JsonPropertyDescription("Ways of discovery by name, such as type MySQL.MGR.")
                Map<String, Algorithm> discoveryTypes)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<DatabaseDiscovery> KIND =
            RuleKind.of(VirtualDatabase.API_VERSION, "DatabaseDiscovery", DatabaseDiscovery.class);

    public DatabaseDiscovery {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.throwIfAny();
        dataSources = dataSources == null ? Map.of() : Map.copyOf(dataSources);
        discoveryHeartbeats =
                discoveryHeartbeats == null ? Map.of() : Map.copyOf(discoveryHeartbeats);
        discoveryTypes = discoveryTypes == null ? Map.of() : Map.copyOf(discoveryTypes);
    }

    @Override
    public RuleKind<DatabaseDiscovery> kind() {
        return KIND;
    }

    /**
     * A group of databases.
     *
     * @param dataSourceNames names of {@link DatabaseEndpoint}s
     * @param discoveryHeartbeatName the name of a heartbeat of the rule, or {@code null}
     * @param discoveryTypeName the name of a way of discovery of the rule, or {@code null}
     */
    public record Group(
            @JsonPropertyDescription("Names of DatabaseEndpoints.") List<String> dataSourceNames,
            @JsonPropertyDescription("The name of a heartbeat of the rule.")
                    @Nullable String discoveryHeartbeatName,
            @JsonPropertyDescription("The name of a way of discovery of the rule.")
                    @Nullable String discoveryTypeName) {

        public Group {
            dataSourceNames = dataSourceNames == null ? List.of() : List.copyOf(dataSourceNames);
        }
    }

    /**
     * A heartbeat.
     *
     * @param props its settings, such as {@code keep-alive-cron}
     */
    public record Heartbeat(
            @JsonPropertyDescription("The settings, such as keep-alive-cron.")
                    Map<String, String> props) {

        public Heartbeat {
            props = props == null ? Map.of() : Map.copyOf(props);
        }
    }
}

package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.List;
import java.util.Map;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which databases of a group are alive and which of them is the writer.
 *
 * @param metadata what identifies and binds the rule
 * @param dataSources groups of databases by name
 * @param discoveryHeartbeats heartbeats by the name that groups use
 * @param discoveryTypes ways of discovery by the name that groups use
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record DatabaseDiscovery(
        Metadata metadata,
        @JsonPropertyDescription("Groups of databases by name.") @Opt
                Map<String, Group> dataSources,
        @JsonPropertyDescription("Heartbeats by name.") @Opt
                Map<String, Heartbeat> discoveryHeartbeats,
        @JsonPropertyDescription("Ways of discovery by name, such as type MySQL.MGR.") @Opt
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

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static DatabaseDiscoveryBuilders.Optionals builder(Metadata metadata) {
        return DatabaseDiscoveryBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public DatabaseDiscoveryBuilder toBuilder() {
        return DatabaseDiscoveryBuilder.from(this);
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
    @Builder(
            style = CLASSIC,
            className = "DatabaseDiscoveryGroupBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Group(
            @JsonPropertyDescription("Names of DatabaseEndpoints.") List<String> dataSourceNames,
            @JsonPropertyDescription("The name of a heartbeat of the rule.")
                    @Nullable String discoveryHeartbeatName,
            @JsonPropertyDescription("The name of a way of discovery of the rule.")
                    @Nullable String discoveryTypeName) {

        public Group {
            dataSourceNames = dataSourceNames == null ? List.of() : List.copyOf(dataSourceNames);
        }

        /** Starts a builder; every field may be left out. */
        public static DatabaseDiscoveryGroupBuilder builder() {
            return DatabaseDiscoveryGroupBuilder.builder();
        }

        /** Starts a builder from these values. */
        public DatabaseDiscoveryGroupBuilder toBuilder() {
            return DatabaseDiscoveryGroupBuilder.from(this);
        }
    }

    /**
     * A heartbeat.
     *
     * @param props its settings, such as {@code keep-alive-cron}
     */
    @Builder(
            style = CLASSIC,
            className = "DatabaseDiscoveryHeartbeatBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Heartbeat(
            @JsonPropertyDescription("The settings, such as keep-alive-cron.")
                    Map<String, String> props) {

        public Heartbeat {
            props = props == null ? Map.of() : Map.copyOf(props);
        }

        /** Starts a builder; every field may be left out. */
        public static DatabaseDiscoveryHeartbeatBuilder builder() {
            return DatabaseDiscoveryHeartbeatBuilder.builder();
        }

        /** Starts a builder from these values. */
        public DatabaseDiscoveryHeartbeatBuilder toBuilder() {
            return DatabaseDiscoveryHeartbeatBuilder.from(this);
        }
    }
}

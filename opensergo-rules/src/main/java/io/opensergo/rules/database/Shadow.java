package io.opensergo.rules.database;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.List;
import java.util.Map;

/**
 * Sends test traffic to a shadow database.
 *
 * @param metadata what identifies and binds the rule
 * @param dataSources pairs of databases by name
 * @param tables tables by name
 * @param shadowAlgorithms algorithms by the name that tables use
 */
public record Shadow(
        Metadata metadata,
        @JsonPropertyDescription("Pairs of databases by name.") Map<String, DataSource> dataSources,
        @JsonPropertyDescription("Tables by name.") Map<String, Table> tables,
        @JsonPropertyDescription("Algorithms by name: REGEX_MATCH or SIMPLE_HINT.")
                Map<String, Algorithm> shadowAlgorithms)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<Shadow> KIND =
            RuleKind.of(VirtualDatabase.API_VERSION, "Shadow", Shadow.class);

    public Shadow {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.throwIfAny();
        dataSources = dataSources == null ? Map.of() : Map.copyOf(dataSources);
        tables = tables == null ? Map.of() : Map.copyOf(tables);
        shadowAlgorithms = shadowAlgorithms == null ? Map.of() : Map.copyOf(shadowAlgorithms);
    }

    @Override
    public RuleKind<Shadow> kind() {
        return KIND;
    }

    /**
     * A database and its shadow.
     *
     * @param sourceDataSourceName the {@link DatabaseEndpoint} of real traffic
     * @param shadowDataSourceName the {@link DatabaseEndpoint} of test traffic
     */
    public record DataSource(
            @JsonPropertyDescription("The DatabaseEndpoint of real traffic.")
                    @Limits(notEmpty = true)
                    String sourceDataSourceName,
            @JsonPropertyDescription("The DatabaseEndpoint of test traffic.")
                    @Limits(notEmpty = true)
                    String shadowDataSourceName) {

        public DataSource {
            var violations = new Violations();
            violations.text("sourceDataSourceName", sourceDataSourceName);
            violations.text("shadowDataSourceName", shadowDataSourceName);
            violations.throwIfAny();
        }
    }

    /**
     * A table with test traffic.
     *
     * @param dataSourceNames names of pairs of databases of the rule
     * @param shadowAlgorithmNames names of algorithms of the rule
     */
    public record Table(
            @JsonPropertyDescription("Names of pairs of databases of the rule.")
                    List<String> dataSourceNames,
            @JsonPropertyDescription("Names of algorithms of the rule.")
                    List<String> shadowAlgorithmNames) {

        public Table {
            dataSourceNames = dataSourceNames == null ? List.of() : List.copyOf(dataSourceNames);
            shadowAlgorithmNames =
                    shadowAlgorithmNames == null ? List.of() : List.copyOf(shadowAlgorithmNames);
        }
    }
}

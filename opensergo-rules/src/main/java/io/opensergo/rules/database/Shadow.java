package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.List;
import java.util.Map;
import org.jilt.Builder;
import org.jilt.Opt;

/**
 * Sends test traffic to a shadow database.
 *
 * @param metadata what identifies and binds the rule
 * @param dataSources pairs of databases by name
 * @param tables tables by name
 * @param shadowAlgorithms algorithms by the name that tables use
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record Shadow(
        Metadata metadata,
        @JsonPropertyDescription("Pairs of databases by name.") @Opt
                Map<String, DataSource> dataSources,
        @JsonPropertyDescription("Tables by name.") @Opt Map<String, Table> tables,
        @JsonPropertyDescription("Algorithms by name: REGEX_MATCH or SIMPLE_HINT.") @Opt
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

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static ShadowBuilders.Optionals builder(Metadata metadata) {
        return ShadowBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public ShadowBuilder toBuilder() {
        return ShadowBuilder.from(this);
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
    @Builder(
            style = STAGED,
            className = "ShadowDataSourceBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
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

        /** Starts a builder; every field is required. */
        public static ShadowDataSourceBuilders.SourceDataSourceName builder() {
            return ShadowDataSourceBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ShadowDataSourceBuilder toBuilder() {
            return ShadowDataSourceBuilder.from(this);
        }
    }

    /**
     * A table with test traffic.
     *
     * @param dataSourceNames names of pairs of databases of the rule
     * @param shadowAlgorithmNames names of algorithms of the rule
     */
    @Builder(
            style = CLASSIC,
            className = "ShadowTableBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
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

        /** Starts a builder; every field may be left out. */
        public static ShadowTableBuilder builder() {
            return ShadowTableBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ShadowTableBuilder toBuilder() {
            return ShadowTableBuilder.from(this);
        }
    }
}

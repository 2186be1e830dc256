package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.util.List;
import java.util.Map;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * Spreads the rows of tables over databases.
 *
 * @param metadata what identifies and binds the rule
 * @param tables tables by logical name, each spread as it says
 * @param autoTables tables by logical name, spread by an algorithm that knows how many parts there
 *     are
 * @param bindingTables groups of tables that are spread alike, each group separated by commas
 * @param broadcastTables tables that each database holds whole
 * @param defaultDatabaseStrategy how tables are spread over databases that do not say, or {@code
 *     null}
 * @param defaultTableStrategy how tables are split inside a database that do not say, or {@code
 *     null}
 * @param defaultKeyGenerateStrategy how keys are made for tables that do not say, or {@code null}
 * @param defaultShardingColumn the column for tables that do not say, or {@code null}
 * @param shardingAlgorithms algorithms by the name that strategies use
 * @param keyGenerators key generators by the name that strategies use
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record Sharding(
        Metadata metadata,
        @JsonPropertyDescription("Tables by logical name.") @Opt Map<String, Table> tables,
        @JsonPropertyDescription("Tables by logical name, spread automatically.") @Opt
                Map<String, AutoTable> autoTables,
        @JsonPropertyDescription(
                        "Groups of tables that are spread alike, each separated by commas.")
                @Opt
                List<String> bindingTables,
        @JsonPropertyDescription("Tables that each database holds whole.") @Opt
                List<String> broadcastTables,
        @JsonPropertyDescription("How tables are spread over databases that do not say.")
                @Nullable ShardingStrategy defaultDatabaseStrategy,
        @JsonPropertyDescription("How tables are split inside a database that do not say.")
                @Nullable ShardingStrategy defaultTableStrategy,
        @JsonPropertyDescription("How keys are made for tables that do not say.")
                @Nullable KeyGenerateStrategy defaultKeyGenerateStrategy,
        @JsonPropertyDescription("The column for tables that do not say.")
                @Nullable String defaultShardingColumn,
        @JsonPropertyDescription("Algorithms by name.") @Opt
                Map<String, Algorithm> shardingAlgorithms,
        @JsonPropertyDescription("Key generators by name.") @Opt
                Map<String, Algorithm> keyGenerators)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<Sharding> KIND =
            RuleKind.of(VirtualDatabase.API_VERSION, "Sharding", Sharding.class);

    public Sharding {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.throwIfAny();
        tables = tables == null ? Map.of() : Map.copyOf(tables);
        autoTables = autoTables == null ? Map.of() : Map.copyOf(autoTables);
        bindingTables = bindingTables == null ? List.of() : List.copyOf(bindingTables);
        broadcastTables = broadcastTables == null ? List.of() : List.copyOf(broadcastTables);
        shardingAlgorithms = shardingAlgorithms == null ? Map.of() : Map.copyOf(shardingAlgorithms);
        keyGenerators = keyGenerators == null ? Map.of() : Map.copyOf(keyGenerators);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static ShardingBuilders.Optionals builder(Metadata metadata) {
        return ShardingBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public ShardingBuilder toBuilder() {
        return ShardingBuilder.from(this);
    }

    @Override
    public RuleKind<Sharding> kind() {
        return KIND;
    }

    /**
     * A table that is spread as it says.
     *
     * @param actualDataNodes the parts, as an inline expression
     * @param databaseStrategy how it is spread over databases, or {@code null}
     * @param tableStrategy how it is split inside a database, or {@code null}
     * @param keyGenerateStrategy how its keys are made, or {@code null}
     */
    @Builder(
            style = CLASSIC,
            className = "ShardingTableBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Table(
            @JsonPropertyDescription("The parts, as an inline expression.")
                    @Nullable String actualDataNodes,
            @JsonPropertyDescription("How the table is spread over databases.")
                    @Nullable ShardingStrategy databaseStrategy,
            @JsonPropertyDescription("How the table is split inside a database.")
                    @Nullable ShardingStrategy tableStrategy,
            @JsonPropertyDescription("How keys are made.")
                    @Nullable KeyGenerateStrategy keyGenerateStrategy) {
        /** Starts a builder; every field may be left out. */
        public static ShardingTableBuilder builder() {
            return ShardingTableBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ShardingTableBuilder toBuilder() {
            return ShardingTableBuilder.from(this);
        }
    }

    /**
     * A table that is spread automatically.
     *
     * @param actualDataSources the databases, as an inline expression; the specification's sample
     *     calls it {@code actualDataNodes}
     * @param shardingStrategy how it is spread, or {@code null}
     */
    @Builder(
            style = CLASSIC,
            className = "ShardingAutoTableBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record AutoTable(
            @JsonPropertyDescription("The databases, as an inline expression.")
                    @Written(as = "actualDataSources")
                    @Written(as = "actualDataNodes")
                    @Nullable String actualDataSources,
            @JsonPropertyDescription("How the table is spread.")
                    @Nullable ShardingStrategy shardingStrategy) {
        /** Starts a builder; every field may be left out. */
        public static ShardingAutoTableBuilder builder() {
            return ShardingAutoTableBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ShardingAutoTableBuilder toBuilder() {
            return ShardingAutoTableBuilder.from(this);
        }
    }

    /**
     * How keys are made.
     *
     * @param column the column of the key
     * @param keyGeneratorName the name of a key generator of the rule
     */
    @Builder(
            style = STAGED,
            className = "ShardingKeyGenerateStrategyBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record KeyGenerateStrategy(
            @JsonPropertyDescription("The column of the key.") @Limits(notEmpty = true)
                    String column,
            @JsonPropertyDescription("The name of a key generator of the rule.")
                    @Limits(notEmpty = true)
                    String keyGeneratorName) {

        public KeyGenerateStrategy {
            var violations = new Violations();
            violations.text("column", column);
            violations.text("keyGeneratorName", keyGeneratorName);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static ShardingKeyGenerateStrategyBuilders.Column builder() {
            return ShardingKeyGenerateStrategyBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ShardingKeyGenerateStrategyBuilder toBuilder() {
            return ShardingKeyGenerateStrategyBuilder.from(this);
        }
    }
}

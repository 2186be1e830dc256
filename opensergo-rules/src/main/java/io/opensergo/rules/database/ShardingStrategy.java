package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.util.List;
import org.jilt.Builder;

/**
 * How rows are spread. In a document: an object with one of {@code standard}, {@code complex},
 * {@code hint}, {@code none}.
 */
public sealed interface ShardingStrategy {

    /**
     * Spreads by one column.
     *
     * @param shardingColumn the column
     * @param shardingAlgorithmName the name of an algorithm of the rule
     */
    @Builder(
            style = STAGED,
            className = "ShardingStrategyStandardBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    record Standard(
            @JsonPropertyDescription("The column.") @Limits(notEmpty = true) String shardingColumn,
            @JsonPropertyDescription("The name of an algorithm of the rule.")
                    @Limits(notEmpty = true)
                    String shardingAlgorithmName)
            implements ShardingStrategy {

        public Standard {
            var violations = new Violations();
            violations.text("shardingColumn", shardingColumn);
            violations.text("shardingAlgorithmName", shardingAlgorithmName);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static ShardingStrategyStandardBuilders.ShardingColumn builder() {
            return ShardingStrategyStandardBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ShardingStrategyStandardBuilder toBuilder() {
            return ShardingStrategyStandardBuilder.from(this);
        }
    }

    /**
     * Spreads by several columns.
     *
     * @param shardingColumns the columns
     * @param shardingAlgorithm the name of an algorithm of the rule
     */
    @Builder(
            style = STAGED,
            className = "ShardingStrategyComplexBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    record Complex(
            @JsonPropertyDescription("The columns, separated by commas.")
                    @Written(as = "shardingColumn", notation = Notation.COMMA_SEPARATED)
                    List<String> shardingColumns,
            @JsonPropertyDescription("The name of an algorithm of the rule.")
                    @Limits(notEmpty = true)
                    String shardingAlgorithm)
            implements ShardingStrategy {

        public Complex {
            var violations = new Violations();
            shardingColumns = shardingColumns == null ? List.of() : List.copyOf(shardingColumns);
            violations.commaSeparable("shardingColumns", shardingColumns);
            violations.text("shardingAlgorithm", shardingAlgorithm);
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static ShardingStrategyComplexBuilders.ShardingColumns builder() {
            return ShardingStrategyComplexBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ShardingStrategyComplexBuilder toBuilder() {
            return ShardingStrategyComplexBuilder.from(this);
        }
    }

    /**
     * Spreads by a hint of the application.
     *
     * @param shardingColumn the column
     * @param shardingAlgorithm the name of an algorithm of the rule
     */
    @Builder(
            style = STAGED,
            className = "ShardingStrategyHintBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    record Hint(
            @JsonPropertyDescription("The column.") @Limits(notEmpty = true) String shardingColumn,
            @JsonPropertyDescription("The name of an algorithm of the rule.")
                    @Limits(notEmpty = true)
                    String shardingAlgorithm)
            implements ShardingStrategy {

        public Hint {
            var violations = new Violations();
            violations.text("shardingColumn", shardingColumn);
            violations.text("shardingAlgorithm", shardingAlgorithm);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static ShardingStrategyHintBuilders.ShardingColumn builder() {
            return ShardingStrategyHintBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ShardingStrategyHintBuilder toBuilder() {
            return ShardingStrategyHintBuilder.from(this);
        }
    }

    /** Does not spread. */
    record None() implements ShardingStrategy {}
}

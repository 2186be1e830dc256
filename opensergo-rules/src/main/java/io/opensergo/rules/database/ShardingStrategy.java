package io.opensergo.rules.database;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.util.List;

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
    }

    /**
     * Spreads by several columns.
     *
     * @param shardingColumns the columns
     * @param shardingAlgorithm the name of an algorithm of the rule
     */
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
    }

    /**
     * Spreads by a hint of the application.
     *
     * @param shardingColumn the column
     * @param shardingAlgorithm the name of an algorithm of the rule
     */
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
    }

    /** Does not spread. */
    record None() implements ShardingStrategy {}
}

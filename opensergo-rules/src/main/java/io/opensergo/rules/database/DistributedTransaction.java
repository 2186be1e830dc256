package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions over several databases.
 *
 * @param metadata what identifies and binds the rule
 * @param transaction how
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record DistributedTransaction(
        Metadata metadata,
        @JsonPropertyDescription("How transactions run.") Transaction transaction)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<DistributedTransaction> KIND =
            RuleKind.of(
                    VirtualDatabase.API_VERSION,
                    "DistributedTransaction",
                    DistributedTransaction.class);

    public DistributedTransaction {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("transaction", transaction);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static DistributedTransactionBuilders.Transaction builder(Metadata metadata) {
        return DistributedTransactionBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public DistributedTransactionBuilder toBuilder() {
        return DistributedTransactionBuilder.from(this);
    }

    @Override
    public RuleKind<DistributedTransaction> kind() {
        return KIND;
    }

    /**
     * How transactions run.
     *
     * @param defaultType the type of a transaction that does not say, or {@code null}
     * @param providerType what coordinates them, or {@code null}
     */
    @Builder(
            style = CLASSIC,
            className = "DistributedTransactionTransactionBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Transaction(
            @JsonPropertyDescription("The type of a transaction that does not say.")
                    @Nullable TransactionType defaultType,
            @JsonPropertyDescription("What coordinates the transactions.")
                    @Nullable Provider providerType) {
        /** Starts a builder; every field may be left out. */
        public static DistributedTransactionTransactionBuilder builder() {
            return DistributedTransactionTransactionBuilder.builder();
        }

        /** Starts a builder from these values. */
        public DistributedTransactionTransactionBuilder toBuilder() {
            return DistributedTransactionTransactionBuilder.from(this);
        }
    }

    /** A type of transaction. */
    public enum TransactionType {
        /** Two-phase commit. */
        @Written(as = "xa")
        XA,
        /** Eventual consistency. */
        @Written(as = "base")
        BASE,
        /** Each database for itself. */
        @Written(as = "local")
        LOCAL
    }

    /** A coordinator of transactions. */
    public enum Provider {
        /** Narayana. */
        @Written(as = "Narayana")
        NARAYANA,
        /** Atomikos. */
        @Written(as = "Atomikos")
        ATOMIKOS,
        /** Seata. */
        @Written(as = "Seata")
        SEATA
    }
}

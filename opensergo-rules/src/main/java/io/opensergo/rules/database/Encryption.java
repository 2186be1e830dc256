package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.Map;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * Keeps columns encrypted.
 *
 * @param metadata what identifies and binds the rule
 * @param encryptors algorithms by the name that columns use
 * @param tables tables by name
 * @param queryWithCipherColumn whether queries use the cipher column, or the plain one where there
 *     is one; {@code null} if not given
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record Encryption(
        Metadata metadata,
        @JsonPropertyDescription("Algorithms by name: AES, MD5, RC4, SM3 or SM4.") @Opt
                Map<String, Algorithm> encryptors,
        @JsonPropertyDescription("Tables by name.") @Opt Map<String, Table> tables,
        @JsonPropertyDescription("Whether queries use the cipher column.")
                @Nullable Boolean queryWithCipherColumn)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<Encryption> KIND =
            RuleKind.of(VirtualDatabase.API_VERSION, "Encryption", Encryption.class);

    public Encryption {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.throwIfAny();
        encryptors = encryptors == null ? Map.of() : Map.copyOf(encryptors);
        tables = tables == null ? Map.of() : Map.copyOf(tables);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static EncryptionBuilders.Optionals builder(Metadata metadata) {
        return EncryptionBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public EncryptionBuilder toBuilder() {
        return EncryptionBuilder.from(this);
    }

    @Override
    public RuleKind<Encryption> kind() {
        return KIND;
    }

    /**
     * A table with encrypted columns.
     *
     * @param columns columns by name
     */
    @Builder(
            style = CLASSIC,
            className = "EncryptionTableBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Table(@JsonPropertyDescription("Columns by name.") Map<String, Column> columns) {

        public Table {
            columns = columns == null ? Map.of() : Map.copyOf(columns);
        }

        /** Starts a builder; every field may be left out. */
        public static EncryptionTableBuilder builder() {
            return EncryptionTableBuilder.builder();
        }

        /** Starts a builder from these values. */
        public EncryptionTableBuilder toBuilder() {
            return EncryptionTableBuilder.from(this);
        }
    }

    /**
     * An encrypted column.
     *
     * @param plainColumn where the plain value is kept, or {@code null}
     * @param cipherColumn where the encrypted value is kept
     * @param encryptorName the name of an encryptor of the rule
     * @param assistedQueryColumn where a value for lookups is kept, or {@code null}
     */
    @Builder(
            style = STAGED,
            className = "EncryptionColumnBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Column(
            @JsonPropertyDescription("Where the plain value is kept.") @Nullable String plainColumn,
            @JsonPropertyDescription("Where the encrypted value is kept.") @Limits(notEmpty = true)
                    String cipherColumn,
            @JsonPropertyDescription("The name of an encryptor of the rule.")
                    @Limits(notEmpty = true)
                    String encryptorName,
            @JsonPropertyDescription("Where a value for lookups is kept.")
                    @Nullable String assistedQueryColumn) {

        public Column {
            var violations = new Violations();
            violations.text("cipherColumn", cipherColumn);
            violations.text("encryptorName", encryptorName);
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static EncryptionColumnBuilders.CipherColumn builder() {
            return EncryptionColumnBuilder.builder();
        }

        /** Starts a builder from these values. */
        public EncryptionColumnBuilder toBuilder() {
            return EncryptionColumnBuilder.from(this);
        }
    }
}

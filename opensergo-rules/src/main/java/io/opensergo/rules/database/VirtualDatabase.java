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
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * The databases an application connects to.
 *
 * @param metadata what identifies and binds the rule
 * @param services the databases
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record VirtualDatabase(
        Metadata metadata,
        @JsonPropertyDescription("The databases an application connects to.") @Opt
                List<Service> services)
        implements Rule {

    /** The {@code apiVersion} of every database kind. */
    public static final String API_VERSION = "database.opensergo.io/v1alpha1";

    /** The key of this kind. */
    public static final RuleKind<VirtualDatabase> KIND =
            RuleKind.of(API_VERSION, "VirtualDatabase", VirtualDatabase.class);

    public VirtualDatabase {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.throwIfAny();
        services = services == null ? List.of() : List.copyOf(services);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static VirtualDatabaseBuilders.Optionals builder(Metadata metadata) {
        return VirtualDatabaseBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public VirtualDatabaseBuilder toBuilder() {
        return VirtualDatabaseBuilder.from(this);
    }

    @Override
    public RuleKind<VirtualDatabase> kind() {
        return KIND;
    }

    /**
     * A database an application connects to.
     *
     * @param name its name
     * @param databaseMySql how it appears to a MySQL client, or {@code null}
     * @param readWriteSplitting the name of a {@link ReadWriteSplitting}, or {@code null}
     * @param sharding the name of a {@link Sharding}, or {@code null}
     * @param encryption the name of an {@link Encryption}, or {@code null}
     * @param shadow the name of a {@link Shadow}, or {@code null}
     * @param distributedTransaction the name of a {@link DistributedTransaction}, or {@code null}
     */
    @Builder(
            style = STAGED,
            className = "VirtualDatabaseServiceBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Service(
            @JsonPropertyDescription("The name of the database.") @Limits(notEmpty = true)
                    String name,
            @JsonPropertyDescription("How the database appears to a MySQL client.")
                    @Written(as = "databaseMySQL")
                    @Nullable MySql databaseMySql,
            @JsonPropertyDescription("The name of a ReadWriteSplitting.")
                    @Nullable String readWriteSplitting,
            @JsonPropertyDescription("The name of a Sharding.") @Nullable String sharding,
            @JsonPropertyDescription("The name of an Encryption.") @Nullable String encryption,
            @JsonPropertyDescription("The name of a Shadow.") @Nullable String shadow,
            @JsonPropertyDescription("The name of a DistributedTransaction.")
                    @Nullable String distributedTransaction) {

        public Service {
            var violations = new Violations();
            violations.text("name", name);
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static VirtualDatabaseServiceBuilders.Name builder() {
            return VirtualDatabaseServiceBuilder.builder();
        }

        /** Starts a builder from these values. */
        public VirtualDatabaseServiceBuilder toBuilder() {
            return VirtualDatabaseServiceBuilder.from(this);
        }
    }

    /**
     * A MySQL server as a client sees it.
     *
     * @param db the name of the database
     * @param host the address
     * @param port the port, 1 to 65535, or {@code null}
     * @param user the user
     * @param password the password; {@link VirtualDatabase.MySql#toString()} leaves it out
     */
    @Builder(
            style = CLASSIC,
            className = "VirtualDatabaseMySqlBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record MySql(
            @JsonPropertyDescription("The name of the database.") @Nullable String db,
            @JsonPropertyDescription("The address.") @Nullable String host,
            @JsonPropertyDescription("The port.") @Limits(min = 1, max = 65535)
                    @Nullable Integer port,
            @JsonPropertyDescription("The user.") @Nullable String user,
            @JsonPropertyDescription("The password.") @Limits(secret = true)
                    @Nullable String password) {

        public MySql {
            var violations = new Violations();
            if (port != null) {
                violations.range("port", port, 1, 65535);
            }
            violations.throwIfAny();
        }

        /** Starts a builder; every field may be left out. */
        public static VirtualDatabaseMySqlBuilder builder() {
            return VirtualDatabaseMySqlBuilder.builder();
        }

        /** Starts a builder from these values. */
        public VirtualDatabaseMySqlBuilder toBuilder() {
            return VirtualDatabaseMySqlBuilder.from(this);
        }

        /** Returns everything but the password. */
        @Override
        public String toString() {
            return "MySql[db=" + db + ", host=" + host + ", port=" + port + ", user=" + user + "]";
        }
    }
}

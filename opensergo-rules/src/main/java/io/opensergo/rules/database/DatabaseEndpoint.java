package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.util.regex.Pattern;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * A physical database, invisible to the application.
 *
 * @param metadata what identifies and binds the rule
 * @param database how to reach it
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record DatabaseEndpoint(
        Metadata metadata, @JsonPropertyDescription("How to reach the database.") Database database)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<DatabaseEndpoint> KIND =
            RuleKind.of(VirtualDatabase.API_VERSION, "DatabaseEndpoint", DatabaseEndpoint.class);

    public DatabaseEndpoint {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("database", database);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static DatabaseEndpointBuilders.Database builder(Metadata metadata) {
        return DatabaseEndpointBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public DatabaseEndpointBuilder toBuilder() {
        return DatabaseEndpointBuilder.from(this);
    }

    @Override
    public RuleKind<DatabaseEndpoint> kind() {
        return KIND;
    }

    /**
     * How to reach a database.
     *
     * @param mySql a MySQL server
     */
    @Builder(
            style = STAGED,
            className = "DatabaseEndpointDatabaseBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Database(
            @JsonPropertyDescription("A MySQL server.") @Written(as = "MySQL") MySql mySql) {

        public Database {
            var violations = new Violations();
            violations.required("mySql", mySql);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static DatabaseEndpointDatabaseBuilders.MySql builder() {
            return DatabaseEndpointDatabaseBuilder.builder();
        }

        /** Starts a builder from these values. */
        public DatabaseEndpointDatabaseBuilder toBuilder() {
            return DatabaseEndpointDatabaseBuilder.from(this);
        }
    }

    /**
     * A MySQL server and the pool of connections to it.
     *
     * @param url the JDBC URL
     * @param username the user
     * @param password the password; {@link DatabaseEndpoint.MySql#toString()} leaves it out
     * @param connectionTimeout in milliseconds, 0 or more, as the specification's sample suggests
     * @param idleTimeoutMilliseconds in milliseconds, 0 or more
     * @param maxLifetimeMilliseconds in milliseconds, 0 or more
     * @param maxPoolSize connections, 0 or more
     * @param minPoolSize connections, 0 or more
     */
    @Builder(
            style = STAGED,
            className = "DatabaseEndpointMySqlBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record MySql(
            @JsonPropertyDescription("The JDBC URL.") @Limits(notEmpty = true, secret = true)
                    String url,
            @JsonPropertyDescription("The user.") @Nullable String username,
            @JsonPropertyDescription("The password.") @Limits(secret = true)
                    @Nullable String password,
            @JsonPropertyDescription("Milliseconds to wait for a connection.")
                    @Limits(min = 0, max = Integer.MAX_VALUE)
                    @Nullable Integer connectionTimeout,
            @JsonPropertyDescription("Milliseconds a connection may be idle.")
                    @Limits(min = 0, max = Integer.MAX_VALUE)
                    @Nullable Integer idleTimeoutMilliseconds,
            @JsonPropertyDescription("Milliseconds a connection lives at most.")
                    @Limits(min = 0, max = Integer.MAX_VALUE)
                    @Nullable Integer maxLifetimeMilliseconds,
            @JsonPropertyDescription("Connections at most.")
                    @Limits(min = 0, max = Integer.MAX_VALUE)
                    @Nullable Integer maxPoolSize,
            @JsonPropertyDescription("Connections at least.")
                    @Limits(min = 0, max = Integer.MAX_VALUE)
                    @Nullable Integer minPoolSize) {

        private static final Pattern SECRET_PARTS = Pattern.compile("(?s)(?<=//).*@|[?(;].*");

        public MySql {
            var violations = new Violations();
            violations.text("url", url);
            atLeastZero(violations, "connectionTimeout", connectionTimeout);
            atLeastZero(violations, "idleTimeoutMilliseconds", idleTimeoutMilliseconds);
            atLeastZero(violations, "maxLifetimeMilliseconds", maxLifetimeMilliseconds);
            atLeastZero(violations, "maxPoolSize", maxPoolSize);
            atLeastZero(violations, "minPoolSize", minPoolSize);
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static DatabaseEndpointMySqlBuilders.Url builder() {
            return DatabaseEndpointMySqlBuilder.builder();
        }

        /** Starts a builder from these values. */
        public DatabaseEndpointMySqlBuilder toBuilder() {
            return DatabaseEndpointMySqlBuilder.from(this);
        }

        private static void atLeastZero(
                Violations violations, String path, @Nullable Integer value) {
            if (value != null) {
                violations.range(path, value, 0, Integer.MAX_VALUE);
            }
        }

        /**
         * Returns the URL and the user. A JDBC URL may hold a password: its query, the part before
         * {@code @} and a host given as properties in parentheses are left out.
         */
        @Override
        public String toString() {
            return "MySql[url="
                    + SECRET_PARTS.matcher(url).replaceAll("")
                    + ", username="
                    + username
                    + ", maxPoolSize="
                    + maxPoolSize
                    + ", minPoolSize="
                    + minPoolSize
                    + "]";
        }
    }
}

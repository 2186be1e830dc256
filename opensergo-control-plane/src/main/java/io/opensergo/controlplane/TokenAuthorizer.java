package io.opensergo.controlplane;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows clients by bearer tokens, each of which opens some namespaces and applications.
 *
 * <p>How long a comparison takes says nothing about a token: what is compared are digests, each
 * with all of them and always to the end. Tokens are kept as digests only.
 *
 * <p>For any number of threads.
 */
public final class TokenAuthorizer implements Authorizer {

    /** Opens every namespace, or every application. */
    public static final String ALL = "*";

    /** What a token is good for in the namespaces and applications that it opens. */
    public enum Role {
        /** Reading rules and reporting what the applications serve. */
        READ,
        /** The same, and changing the rules by a console. */
        WRITE
    }

    /**
     * A token and what it opens.
     *
     * @param name what its client is called in the status and in the log; not empty
     * @param token the secret; printable ASCII without spaces
     * @param namespaces the namespaces that it opens; {@link #ALL} among them opens every one
     * @param apps the applications in these namespaces that it opens, in the same way
     * @param role what may be done there
     */
    public record Grant(
            String name, String token, Set<String> namespaces, Set<String> apps, Role role) {

        /** Grants reading. */
        public Grant(String name, String token, Set<String> namespaces, Set<String> apps) {
            this(name, token, namespaces, apps, Role.READ);
        }

        /**
         * Checks and copies.
         *
         * @throws IllegalArgumentException if the name is empty or the token cannot stand in a
         *     header; the message does not hold the token
         */
        public Grant {
            if (name.isEmpty()) {
                throw new IllegalArgumentException("the name of a token must not be empty");
            }
            if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
                throw new IllegalArgumentException(
                        "the token of '" + name + "' must be printable ASCII without spaces");
            }
            namespaces = Set.copyOf(namespaces);
            apps = Set.copyOf(apps);
            Objects.requireNonNull(role, "role");
        }

        /** Says all but the token. */
        @Override
        public String toString() {
            return "Grant[name="
                    + name
                    + ", namespaces="
                    + namespaces
                    + ", apps="
                    + apps
                    + ", role="
                    + role
                    + "]";
        }
    }

    /** Grants, ready to be asked. */
    static final class Grants {

        private final Map<String, Grant> byName = new HashMap<>();
        private final Map<String, byte[]> digests = new HashMap<>();

        /**
         * @throws IllegalArgumentException if two of them have the same name or token
         */
        Grants(Collection<Grant> grants) {
            for (Grant grant : grants) {
                byte[] digest = digest(grant.token());
                if (digests.values().stream().anyMatch(each -> MessageDigest.isEqual(each, digest))
                        || byName.putIfAbsent(grant.name(), grant) != null) {
                    throw new IllegalArgumentException(
                            "the name and the token of '" + grant.name() + "' must be its own");
                }
                digests.put(grant.name(), digest);
            }
        }

        @Nullable String nameOf(String token) {
            byte[] digest = digest(token);
            String found = null;
            for (Map.Entry<String, byte[]> each : digests.entrySet()) {
                if (MessageDigest.isEqual(each.getValue(), digest)) {
                    found = each.getKey();
                }
            }
            return found;
        }

        boolean holds(String name) {
            return byName.containsKey(name);
        }

        boolean opens(String name, String namespace, String app) {
            Grant grant = byName.get(name);
            return grant != null
                    && holds(grant.namespaces(), namespace)
                    && holds(grant.apps(), app);
        }

        boolean opens(String name, String app) {
            Grant grant = byName.get(name);
            return grant != null && holds(grant.apps(), app);
        }

        boolean opensToWriters(String name, String namespace, String app) {
            Grant grant = byName.get(name);
            return grant != null && grant.role() == Role.WRITE && opens(name, namespace, app);
        }

        boolean opensAll(String name) {
            Grant grant = byName.get(name);
            return grant != null && grant.namespaces().contains(ALL) && grant.apps().contains(ALL);
        }

        private static boolean holds(Set<String> names, String name) {
            return names.contains(ALL) || names.contains(name);
        }

        private static byte[] digest(String token) {
            try {
                return MessageDigest.getInstance("SHA-256")
                        .digest(token.getBytes(StandardCharsets.UTF_8));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    private final Supplier<Grants> grants;

    private TokenAuthorizer(Supplier<Grants> grants) {
        this.grants = grants;
    }

    /**
     * Returns an authorizer with grants that do not change.
     *
     * @throws IllegalArgumentException if two of them have the same name or token
     */
    public static TokenAuthorizer of(Grant... grants) {
        var fixed = new Grants(List.of(grants));
        return new TokenAuthorizer(() -> fixed);
    }

    /**
     * Returns an authorizer with the grants of a YAML or JSON file, which is read again when it
     * changes, within three seconds; a file that cannot be used leaves the grants of before in
     * force and is logged once.
     *
     * <p>A control plane judges its open streams by the new grants too: a key that a client may no
     * longer read is refused, and the streams of a name that is gone end as {@code
     * UNAUTHENTICATED}. A token that takes another one's place under the same name ends no stream.
     *
     * <pre>{@code
     * tokens:
     *   - name: shop              # in the status and in the log
     *     token: 5f2b8c...        # the secret
     *     namespaces: [default]   # every one if left out
     *     apps: [shop, cart]      # every one if left out
     *     role: write             # or read, as if left out: whether a console lets it change rules
     * }</pre>
     *
     * @throws UncheckedIOException if the file cannot be read
     * @throws IllegalArgumentException if it does not hold tokens; the message says where and what
     *     is expected, and nothing of the content
     */
    public static TokenAuthorizer file(Path file) {
        return new TokenAuthorizer(new TokenFile(Objects.requireNonNull(file, "file")));
    }

    /** Returns the grants of now: another object if they have changed. */
    Grants grants() {
        return grants.get();
    }

    @Override
    public @Nullable String authenticate(ClientCredentials credentials) {
        String token = credentials.token();
        return token == null ? null : grants.get().nameOf(token);
    }

    @Override
    public boolean mayRead(String client, String namespace, String app, String kind) {
        return grants.get().opens(client, namespace, app);
    }

    /** Returns whether the client's token opens the application, in whichever namespaces. */
    @Override
    public boolean mayReport(String client, String app) {
        return grants.get().opens(client, app);
    }

    /** Returns whether the client's token opens the application in that namespace. */
    @Override
    public boolean mayReportDecisions(String client, String namespace, String app) {
        return grants.get().opens(client, namespace, app);
    }

    /** Returns whether the client's token opens the key and its role is {@link Role#WRITE}. */
    @Override
    public boolean mayWrite(String client, String namespace, String app, String kind) {
        return grants.get().opensToWriters(client, namespace, app);
    }

    /** Returns whether the client's token opens all namespaces and applications. */
    @Override
    public boolean maySeeAll(String client) {
        return grants.get().opensAll(client);
    }
}

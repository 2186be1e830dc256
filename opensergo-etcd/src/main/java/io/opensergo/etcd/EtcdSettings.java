package io.opensergo.etcd;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which etcd, and where in it the rules are. Immutable; each {@code with} method returns a copy.
 *
 * <p>Rules are under {@code PREFIX/rules/KIND/NAMESPACE/NAME}, each as its document's own text;
 * each part of a key is encoded as in a query of a URL.
 */
public final class EtcdSettings {

    /** The prefix of all keys unless another one is set. */
    public static final String DEFAULT_PREFIX = "/opensergo";

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    private static final Pattern ENDPOINT =
            Pattern.compile(
                    "(?:https?://)?(?<host>\\[[0-9a-fA-F:.]+]|[^:/\\[\\]\\s]+):(?<port>\\d{1,5})/?");

    private final List<Endpoint> endpoints;
    private final String prefix;
    private final @Nullable Tls tls;
    private final @Nullable Login login;
    private final Duration timeout;

    /** A member of the cluster. */
    record Endpoint(String host, int port) {

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** PEM files; the client's own certificate and key are there together or not at all. */
    record Tls(@Nullable Path authorities, @Nullable Path certificate, @Nullable Path key) {}

    /** A user of etcd's. */
    record Login(String user, String password) {

        @Override
        public String toString() {
            return user;
        }
    }

    private EtcdSettings(
            List<Endpoint> endpoints,
            String prefix,
            @Nullable Tls tls,
            @Nullable Login login,
            Duration timeout) {
        this.endpoints = endpoints;
        this.prefix = prefix;
        this.tls = tls;
        this.login = login;
        this.timeout = timeout;
    }

    /**
     * Returns settings for a cluster without TLS and without users.
     *
     * @param endpoints its members as {@code host:port}, any number of them, as many in one text as
     *     wanted with commas; the next one is asked where one does not answer
     * @throws IllegalArgumentException if there is none or one is not {@code host:port}
     */
    public static EtcdSettings of(String... endpoints) {
        List<Endpoint> parsed =
                Arrays.stream(endpoints)
                        .flatMap(each -> Arrays.stream(each.split(",")))
                        .map(String::strip)
                        .map(EtcdSettings::endpoint)
                        .toList();
        if (parsed.isEmpty()) {
            throw new IllegalArgumentException("endpoints must be at least one host:port");
        }
        return new EtcdSettings(parsed, DEFAULT_PREFIX, null, null, DEFAULT_TIMEOUT);
    }

    private static Endpoint endpoint(String text) {
        Matcher matcher = ENDPOINT.matcher(text);
        int port = matcher.matches() ? Integer.parseInt(matcher.group("port")) : 0;
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "an endpoint must be host:port, such as localhost:2379, was '" + text + "'");
        }
        return new Endpoint(matcher.group("host"), port);
    }

    /**
     * Sets what all keys begin with; {@value #DEFAULT_PREFIX} unless set.
     *
     * @throws IllegalArgumentException if it does not begin with a slash or ends with one
     */
    public EtcdSettings withPrefix(String keyPrefix) {
        if (!keyPrefix.startsWith("/") || keyPrefix.endsWith("/")) {
            throw new IllegalArgumentException(
                    "prefix must begin with a slash and not end with one, such as "
                            + DEFAULT_PREFIX
                            + ", was '"
                            + keyPrefix
                            + "'");
        }
        return new EtcdSettings(endpoints, keyPrefix, tls, login, timeout);
    }

    /**
     * Encrypts connections.
     *
     * @param authorities a PEM file of the certificates that the server's is signed by; {@code
     *     null} for those that Java trusts
     */
    public EtcdSettings withTls(@Nullable Path authorities) {
        return new EtcdSettings(
                endpoints, prefix, new Tls(authorities, null, null), login, timeout);
    }

    /**
     * Encrypts connections and shows the server a certificate of this client.
     *
     * @param authorities as in the other method
     * @param certificate a PEM file of the client's certificate and those that it is signed by
     * @param key a PEM file of its private key, PKCS #8
     */
    public EtcdSettings withTls(@Nullable Path authorities, Path certificate, Path key) {
        Objects.requireNonNull(certificate, "certificate");
        Objects.requireNonNull(key, "key");
        return new EtcdSettings(
                endpoints, prefix, new Tls(authorities, certificate, key), login, timeout);
    }

    /** Logs in as a user of etcd's, where its authentication is on. */
    public EtcdSettings withUser(String user, String password) {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        return new EtcdSettings(endpoints, prefix, tls, new Login(user, password), timeout);
    }

    /**
     * Sets how long one request may take at each member; 5 seconds unless set.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public EtcdSettings withRequestTimeout(Duration requestTimeout) {
        if (requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "requestTimeout must be positive, was " + requestTimeout);
        }
        return new EtcdSettings(endpoints, prefix, tls, login, requestTimeout);
    }

    List<Endpoint> endpoints() {
        return endpoints;
    }

    String prefix() {
        return prefix;
    }

    @Nullable Tls tls() {
        return tls;
    }

    @Nullable Login login() {
        return login;
    }

    Duration timeout() {
        return timeout;
    }

    /** Returns for example {@code etcd localhost:2379/opensergo}, without passwords. */
    @Override
    public String toString() {
        return "etcd "
                + String.join(",", endpoints.stream().map(Endpoint::toString).toList())
                + prefix;
    }
}

package io.opensergo.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opensergo.api.ConfigurationException;
import io.opensergo.rules.internal.ClosestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings that a process finds in its environment.
 *
 * <p>{@value #CONFIG_VARIABLE} holds them as JSON, or else {@value #FILE_VARIABLE} names a file
 * that does; an empty variable counts as not set. Of its keys the specification defines only the
 * one for the address; the others are ours, and keys of other clients are ignored with a warning.
 */
record Bootstrap(
        List<String> endpoints,
        @Nullable String namespace,
        @Nullable String app,
        @Nullable TlsSettings tls,
        @Nullable String token,
        @Nullable Path cacheDir,
        @Nullable Duration cacheMaxAge,
        @Nullable Boolean reportDecisions) {

    static final String CONFIG_VARIABLE = "OPENSERGO_BOOTSTRAP_CONFIG";
    static final String FILE_VARIABLE = "OPENSERGO_BOOTSTRAP";

    private static final Logger LOG = LoggerFactory.getLogger(Bootstrap.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final Set<String> KEYS =
            Set.of(
                    "endpoint",
                    "endpoints",
                    "namespace",
                    "app",
                    "tls",
                    "token",
                    "cacheDir",
                    "cacheMaxAgeSeconds",
                    "reportDecisions");
    private static final Set<String> TLS_KEYS =
            Set.of("caFile", "certFile", "keyFile", "serverName");

    /** Returns everything but the token. */
    @Override
    public String toString() {
        return "Bootstrap["
                + endpoints.stream().map(Endpoint::withoutSecrets).toList()
                + ", "
                + namespace
                + "/"
                + app
                + ", "
                + tls
                + ", "
                + cacheDir
                + ", "
                + cacheMaxAge
                + ", "
                + reportDecisions
                + "]";
    }

    static Optional<Bootstrap> find(Map<String, String> environment) {
        String inline = environment.getOrDefault(CONFIG_VARIABLE, "");
        if (!inline.isBlank()) {
            return Optional.of(parse(inline, CONFIG_VARIABLE));
        }
        String file = environment.getOrDefault(FILE_VARIABLE, "");
        if (file.isBlank()) {
            return Optional.empty();
        }
        String setting = FILE_VARIABLE + " (" + file + ")";
        try {
            return Optional.of(parse(Files.readString(Path.of(file)), setting));
        } catch (IOException e) {
            throw new ConfigurationException(
                    setting, "must name a readable JSON file, but: " + e.getMessage(), e);
        }
    }

    /** Parses the JSON; its text stays out of messages, since it may hold a token. */
    private static Bootstrap parse(String json, String setting) {
        Libraries.check(); // Jackson's among them
        JsonNode tree;
        try {
            tree = JSON.readTree(json.startsWith(BYTE_ORDER_MARK) ? json.substring(1) : json);
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(
                    setting,
                    "must hold JSON such as {\"endpoint\":\"localhost:10246\"}, but it is malformed at line "
                            + e.getLocation().getLineNr()
                            + ", column "
                            + e.getLocation().getColumnNr());
        }
        if (!tree.isObject()) {
            throw new ConfigurationException(
                    setting, "must hold a JSON object such as {\"endpoint\":\"localhost:10246\"}");
        }
        judgeUnknown(tree, setting);
        JsonNode tls = tree.path("tls");
        return new Bootstrap(
                endpoints(tree, setting),
                text(tree, "namespace", setting),
                text(tree, "app", setting),
                tls.isMissingNode() ? null : tls(tls, setting),
                text(tree, "token", setting),
                path(tree, "cacheDir", setting),
                seconds(tree, "cacheMaxAgeSeconds", setting),
                truth(tree, "reportDecisions", setting));
    }

    private static List<String> endpoints(JsonNode tree, String setting) {
        String endpoint = text(tree, "endpoint", setting);
        JsonNode list = tree.path("endpoints");
        if (endpoint != null && list.isMissingNode()) {
            return List.of(endpoint);
        }
        if (endpoint != null || !list.isArray() || list.isEmpty()) {
            throw new ConfigurationException(
                    setting,
                    "must have either 'endpoint', a text, or 'endpoints', a list of texts");
        }
        List<String> endpoints = new ArrayList<>();
        for (JsonNode each : list) {
            if (!each.isTextual()) {
                throw new ConfigurationException(setting, "'endpoints' must be a list of texts");
            }
            endpoints.add(each.textValue());
        }
        return endpoints;
    }

    private static TlsSettings tls(JsonNode tls, String setting) {
        if (!tls.isObject()) {
            throw new ConfigurationException(
                    setting, "'tls' must be an object with " + sorted(TLS_KEYS));
        }
        refuseUnknown(tls, TLS_KEYS, setting, "tls.");
        try {
            return new TlsSettings(
                    path(tls, "caFile", setting),
                    path(tls, "certFile", setting),
                    path(tls, "keyFile", setting),
                    text(tls, "serverName", setting));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(setting, "'tls': " + e.getMessage(), e);
        }
    }

    /**
     * What injects the settings may set keys that only other clients know, which never block
     * startup. A key that is nearly one of ours is a mistake, though, and without it the client
     * would connect elsewhere, or without TLS.
     */
    private static void judgeUnknown(JsonNode tree, String setting) {
        for (var entry : tree.properties()) {
            String key = entry.getKey();
            if (KEYS.contains(key)) {
                continue;
            }
            String meant = ClosestName.of(KEYS, key, Bootstrap::mostEdits);
            if (meant != null) {
                throw new ConfigurationException(
                        setting,
                        "unknown key '"
                                + key
                                + "', did you mean '"
                                + meant
                                + "'? Allowed are "
                                + sorted(KEYS));
            }
            LOG.warn(
                    "{}: ignored the unknown key '{}'; this client knows {}",
                    setting,
                    PeerText.shown(key, 100),
                    sorted(KEYS));
        }
    }

    /** A short key of another client is near to one of ours by chance. */
    private static int mostEdits(String key) {
        return Math.max(1, key.length() / 4);
    }

    private static void refuseUnknown(
            JsonNode tree, Set<String> allowed, String setting, String prefix) {
        for (var entry : tree.properties()) {
            if (!allowed.contains(entry.getKey())) {
                throw new ConfigurationException(
                        setting,
                        "unknown key '"
                                + prefix
                                + entry.getKey()
                                + "'; allowed are "
                                + sorted(allowed));
            }
        }
    }

    private static @Nullable Path path(JsonNode tree, String key, String setting) {
        String text = text(tree, key, setting);
        try {
            return text == null ? null : Path.of(text);
        } catch (InvalidPathException e) {
            throw new ConfigurationException(
                    setting, "'" + key + "' must be a path, but: " + e.getReason(), e);
        }
    }

    private static @Nullable Duration seconds(JsonNode tree, String key, String setting) {
        JsonNode node = tree.path(key);
        if (node.isMissingNode()) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 1) {
            throw new ConfigurationException(
                    setting, "'" + key + "' must be a whole number of seconds >= 1");
        }
        return Duration.ofSeconds(node.longValue());
    }

    private static @Nullable Boolean truth(JsonNode tree, String key, String setting) {
        JsonNode node = tree.path(key);
        if (node.isMissingNode()) {
            return null;
        }
        if (!node.isBoolean()) {
            throw new ConfigurationException(setting, "'" + key + "' must be true or false");
        }
        return node.booleanValue();
    }

    private static @Nullable String text(JsonNode tree, String key, String setting) {
        JsonNode node = tree.path(key);
        if (node.isMissingNode()) {
            return null;
        }
        if (!node.isTextual() || node.textValue().isBlank()) {
            throw new ConfigurationException(
                    setting, "'" + key + "' must be a text that is not empty");
        }
        return node.textValue();
    }

    private static List<String> sorted(Set<String> keys) {
        return keys.stream().sorted().toList();
    }
}

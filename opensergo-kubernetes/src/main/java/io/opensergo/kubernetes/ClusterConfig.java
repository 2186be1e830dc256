package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.utils.Utils;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which API server is asked and with what credentials: a context of a kubeconfig, or the service
 * account of the pod that this process runs in.
 *
 * <p>The library reads them. It takes another context for one that is missing, no cluster for a
 * default one, and goes on without a credential if a plugin gives none; so each of these is looked
 * for here first, and is an error that says what to do.
 */
final class ClusterConfig {

    private static final YAMLMapper YAML = new YAMLMapper();

    private final @Nullable Path kubeconfig;
    private final @Nullable String context;

    ClusterConfig(@Nullable Path kubeconfig, @Nullable String context) {
        this.kubeconfig = kubeconfig;
        this.context = context;
    }

    /**
     * Reads it, and runs the credential plugin if the user has one.
     *
     * @throws UncheckedIOException if there is no such cluster; the message says what to do
     */
    Config read() {
        List<Path> files = files();
        JsonNode user = files.isEmpty() ? MissingNode.getInstance() : userOfContext(files);
        if (files.isEmpty()) {
            requireNoContext();
        }
        Config config =
                kubeconfig == null
                        ? Config.autoConfigure(context)
                        : Config.fromKubeconfig(context, kubeconfig.toFile());
        requireCredentialOfPlugin(user.path("exec"), config);
        if (config.getClientKeyAlgo() == null && ClientKey.isElliptic(config)) {
            config.setClientKeyAlgo("EC");
        }
        config.setUserAgent("opensergo");
        config.setRequestRetryBackoffLimit(0);
        config.setConnectionTimeout(10_000);
        return config;
    }

    private List<Path> files() {
        if (kubeconfig != null) {
            return List.of(kubeconfig);
        }
        if (!Utils.getSystemPropertyOrEnvVar(
                Config.KUBERNETES_AUTH_TRYKUBECONFIG_SYSTEM_PROPERTY, true)) {
            return List.of();
        }
        return Config.getKubeconfigFilenames().stream()
                .map(Path::of)
                .filter(Files::isRegularFile)
                .toList();
    }

    private void requireNoContext() {
        boolean inCluster =
                Utils.getSystemPropertyOrEnvVar(Config.KUBERNETES_SERVICE_HOST_PROPERTY) != null
                        || Utils.getSystemPropertyOrEnvVar(Config.KUBERNETES_MASTER_SYSTEM_PROPERTY)
                                != null;
        if (context != null || !inCluster) {
            throw failure(
                    (context == null ? "no cluster" : "no context '" + context + "'")
                            + ": this process does not run in a pod with a service account, and"
                            + " there is no kubeconfig "
                            + String.join(File.pathSeparator, Config.getKubeconfigFilenames())
                            + "; name one, or set KUBECONFIG");
        }
    }

    /** Returns the user of the context that counts: that of the first file that has one. */
    private JsonNode userOfContext(List<Path> files) {
        List<JsonNode> trees = files.stream().map(ClusterConfig::parse).toList();
        String wanted = context == null ? currentContext(trees, files) : context;
        JsonNode found = named(trees, "contexts", wanted).path("context");
        if (found.isMissingNode()) {
            throw failure(
                    "no context '"
                            + wanted
                            + "' in kubeconfig "
                            + describe(files)
                            + "; it has "
                            + namesOf(trees, "contexts"));
        }
        String cluster = found.path("cluster").asText();
        if (named(trees, "clusters", cluster).path("cluster").path("server").asText().isEmpty()) {
            throw failure(
                    "no server for cluster '"
                            + cluster
                            + "' of context '"
                            + wanted
                            + "' in kubeconfig "
                            + describe(files));
        }
        return named(trees, "users", found.path("user").asText()).path("user");
    }

    private static String currentContext(List<JsonNode> trees, List<Path> files) {
        return trees.stream()
                .map(tree -> tree.path("current-context").asText())
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElseThrow(
                        () ->
                                failure(
                                        "no current-context in kubeconfig "
                                                + describe(files)
                                                + "; name a context, one of "
                                                + namesOf(trees, "contexts")));
    }

    private static void requireCredentialOfPlugin(JsonNode exec, Config config) {
        boolean none =
                Utils.isNullOrEmpty(config.getAutoOAuthToken())
                        && Utils.isNullOrEmpty(config.getClientCertData());
        if (exec.isObject() && none) {
            String hint = exec.path("installHint").asText().strip();
            throw failure(
                    "the credential plugin '"
                            + exec.path("command").asText()
                            + "' gave no token and no certificate; run it by hand, with its"
                            + " arguments and variables from the kubeconfig, to see why"
                            + (hint.isEmpty() ? "" : ". " + hint));
        }
    }

    private static JsonNode parse(Path file) {
        try {
            return YAML.readTree(Files.readString(file));
        } catch (IOException e) {
            String reason =
                    Files.exists(file) ? "cannot be read: " + e.getMessage() : "does not exist";
            throw new UncheckedIOException(new IOException("kubeconfig " + file + " " + reason, e));
        }
    }

    private static JsonNode named(List<JsonNode> trees, String list, String name) {
        for (JsonNode tree : trees) {
            for (JsonNode each : tree.path(list)) {
                if (each.path("name").asText().equals(name)) {
                    return each;
                }
            }
        }
        return MissingNode.getInstance();
    }

    private static List<String> namesOf(List<JsonNode> trees, String list) {
        List<String> names = new ArrayList<>();
        trees.forEach(
                tree -> tree.path(list).forEach(each -> names.add(each.path("name").asText())));
        return names;
    }

    private static String describe(List<Path> files) {
        return String.join(File.pathSeparator, files.stream().map(Path::toString).toList());
    }

    private static UncheckedIOException failure(String message) {
        return new UncheckedIOException(new IOException(message));
    }
}

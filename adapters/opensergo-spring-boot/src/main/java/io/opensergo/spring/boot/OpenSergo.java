package io.opensergo.spring.boot;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.client.TlsSettings;
import io.opensergo.governance.Governor;
import io.opensergo.governance.GovernorBuilder;
import io.opensergo.spring.boot.OpenSergoProperties.Tls;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;
import org.springframework.util.ResourceUtils;

/** The governor of the application, and its client if there is a control plane. */
final class OpenSergo implements AutoCloseable {

    private static final String CLIENT =
            "org.springframework.http.client.ClientHttpRequestInterceptor";
    private static final Logger LOG = LoggerFactory.getLogger(OpenSergo.class);

    private final Governor governor;
    private final @Nullable OpenSergoClient client;
    private final String source;

    private OpenSergo(Governor governor, @Nullable OpenSergoClient client, String source) {
        this.governor = governor;
        this.client = client;
        this.source = source;
    }

    /**
     * Starts, in the background.
     *
     * @throws ConfigurationException if a setting cannot be used; it names the setting
     */
    static OpenSergo start(
            OpenSergoProperties properties,
            Environment environment,
            ResourceLoader resources,
            Supplier<@Nullable SslBundles> bundles) {
        OpenSergo started = begin(properties, environment, resources, bundles);
        boolean hasClients =
                ClassUtils.isPresent(CLIENT, OpenSergo.class.getClassLoader())
                        && properties.client().enabled();
        if (!hasClients) { // those that are governed say themselves what they do
            started.governor.honours("Spring", Set.of());
        }
        return started;
    }

    private static OpenSergo begin(
            OpenSergoProperties properties,
            Environment environment,
            ResourceLoader resources,
            Supplier<@Nullable SslBundles> bundles) {
        String app = app(properties, environment);
        String rules = properties.rules();
        if (rules != null && !rules.isBlank()) {
            return ofFiles(properties, Target.of(properties.namespace(), app), rules, resources);
        }
        OpenSergoClient client = client(properties, app, bundles);
        if (client == null) {
            LOG.info(
                    "Nothing is governed: set opensergo.endpoints to a control plane, or"
                            + " opensergo.rules to a directory of rule files");
            return new OpenSergo(governor(properties).build(), null, "none");
        }
        try {
            return new OpenSergo(
                    governor(properties).client(client).build(), client, "control plane");
        } catch (RuntimeException | Error e) {
            client.close();
            throw e;
        }
    }

    private static String app(OpenSergoProperties properties, Environment environment) {
        String app = properties.app();
        return app == null || app.isBlank()
                ? environment.getProperty("spring.application.name", "application")
                : app;
    }

    private static GovernorBuilder governor(OpenSergoProperties properties) {
        return Governor.builder()
                .servedHosts(properties.server().hosts().toArray(String[]::new))
                .acceptColours(properties.lanes().acceptColours())
                .preferBaseline(properties.lanes().preferBaseline());
    }

    private static OpenSergo ofFiles(
            OpenSergoProperties properties, Target target, String rules, ResourceLoader resources) {
        if (!properties.endpoints().isEmpty()) {
            throw new ConfigurationException(
                    "opensergo.rules",
                    "and opensergo.endpoints are both set; rules come from one place, remove one");
        }
        GovernorBuilder governor = governor(properties).target(target);
        try {
            if (ResourceUtils.isUrl(rules)) {
                governor.documents(RuleResources.read(rules, resources));
            } else {
                governor.rules(Path.of(rules));
            }
            return new OpenSergo(governor.build(), null, rules);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw new ConfigurationException(
                    "opensergo.rules", "'" + rules + "' cannot be used: " + e.getMessage(), e);
        }
    }

    private static @Nullable OpenSergoClient client(
            OpenSergoProperties properties, String app, Supplier<@Nullable SslBundles> bundles) {
        OpenSergoClientBuilder client =
                OpenSergoClients.builder().namespace(properties.namespace()).app(app);
        if (!properties.endpoints().isEmpty()) {
            client.endpoints(properties.endpoints().toArray(String[]::new));
        }
        String token = properties.token();
        if (token != null) {
            client.token(() -> token);
        }
        Path cache = properties.cacheDirectory();
        if (cache != null) {
            client.cacheDirectory(cache);
        }
        Tls tls = properties.tls();
        if (tls.bundle() != null) {
            client.tls(BundleTls.of(tls, bundles.get()));
        } else if (tls.isSet()) {
            client.tls(settings(tls));
        }
        return client.bootstrap().buildIfConfigured().orElse(null);
    }

    private static TlsSettings settings(Tls tls) {
        try {
            return new TlsSettings(tls.caFile(), tls.certFile(), tls.keyFile(), tls.serverName());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("opensergo.tls", String.valueOf(e.getMessage()), e);
        }
    }

    Governor governor() {
        return governor;
    }

    @Nullable OpenSergoClient client() {
        return client;
    }

    /** Returns where the rules come from. */
    String source() {
        return source;
    }

    @Override
    public void close() {
        governor.close();
        if (client != null) {
            client.close();
        }
    }
}

package io.opensergo.spring.boot;

import io.opensergo.api.ConfigurationException;
import io.opensergo.client.TlsManagers;
import io.opensergo.spring.boot.OpenSergoProperties.Tls;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** TLS by a bundle of Spring Boot, followed as it is reloaded. */
final class BundleTls {

    private static final Logger LOG = LoggerFactory.getLogger(BundleTls.class);

    private static final String SETTING = "opensergo.tls.bundle";

    private BundleTls() {}

    /**
     * Returns what has the managers of the bundle as it is now.
     *
     * @throws ConfigurationException if there is no such bundle, it cannot be used, or files are
     *     set as well
     */
    static Supplier<TlsManagers> of(Tls tls, @Nullable SslBundles bundles) {
        String name = String.valueOf(tls.bundle());
        if (tls.hasFiles()) {
            throw new ConfigurationException(
                    SETTING,
                    "and files of opensergo.tls are both set; certificates come from one place,"
                            + " remove one");
        }
        try {
            if (bundles == null) {
                throw new NoSuchSslBundleException(name, "there are none at all");
            }
            var now = new AtomicReference<>(managers(bundles.getBundle(name), tls.serverName()));
            bundles.addBundleUpdateHandler(
                    name, next -> replace(now, next, name, tls.serverName()));
            return now::get;
        } catch (NoSuchSslBundleException e) {
            String known = bundles == null ? "none" : String.join(", ", bundles.getBundleNames());
            throw new ConfigurationException(
                    SETTING,
                    "names '"
                            + name
                            + "', and there is no such SSL bundle (known: "
                            + (known.isEmpty() ? "none" : known)
                            + "); define spring.ssl.bundle.pem."
                            + name
                            + " or spring.ssl.bundle.jks."
                            + name,
                    e);
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    SETTING,
                    "names '" + name + "', and that SSL bundle cannot be used: " + cause(e),
                    e);
        }
    }

    private static TlsManagers managers(SslBundle bundle, @Nullable String serverName) {
        var managers = bundle.getManagers();
        return new TlsManagers(
                bundle.getStores().getKeyStore() == null ? null : managers.getKeyManagerFactory(),
                bundle.getStores().getTrustStore() == null
                        ? null
                        : managers.getTrustManagerFactory(),
                serverName);
    }

    private static void replace(
            AtomicReference<TlsManagers> now,
            SslBundle next,
            String name,
            @Nullable String serverName) {
        try {
            now.set(managers(next, serverName));
        } catch (RuntimeException e) {
            LOG.warn(
                    "The SSL bundle '{}' has changed, but cannot be used: {}; new connections to"
                            + " the control plane use it as it was before",
                    name,
                    cause(e));
        }
    }

    /** Spring Boot says only in a cause which file it is. */
    private static String cause(Throwable error) {
        Throwable last = error;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        return last == error
                ? String.valueOf(error.getMessage())
                : error.getMessage() + " (" + last.getMessage() + ")";
    }
}

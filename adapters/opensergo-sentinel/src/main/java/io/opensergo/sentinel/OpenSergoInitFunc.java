package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.config.SentinelConfig;
import com.alibaba.csp.sentinel.init.InitFunc;
import com.alibaba.csp.sentinel.util.StringUtil;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts with Sentinel, if the environment or Sentinel's settings name a control plane. Sentinel
 * finds it on the class path and calls it with its first entry, or when the application calls
 * {@code InitExecutor.doInit()}; applications have no use for it.
 *
 * <p>A setting that cannot be used is logged as an error that names it, and the application runs
 * without OpenSergo rules: an exception from here would only keep Sentinel from starting what comes
 * next.
 */
public final class OpenSergoInitFunc implements InitFunc {

    /** The setting of Sentinel's that names control planes, separated by commas. */
    public static final String ENDPOINT = "opensergo.endpoint";

    /** The setting of Sentinel's that names the namespace of the rules. */
    public static final String NAMESPACE = "opensergo.namespace";

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoInitFunc.class);

    /** Made by Sentinel. */
    public OpenSergoInitFunc() {}

    /** Starts, if there is a control plane. */
    @Override
    public void init() {
        try {
            client().buildIfConfigured().ifPresent(OpenSergoSentinel::startForSentinel);
        } catch (RuntimeException e) {
            LOG.error(
                    "OpenSergo does not govern Sentinel, as a setting cannot be used: {}",
                    e.getMessage(),
                    e);
        }
    }

    /** The environment goes over Sentinel's settings. */
    private static OpenSergoClientBuilder client() {
        OpenSergoClientBuilder builder =
                OpenSergoClients.builder().app(SentinelConfig.getAppName());
        String namespace = SentinelConfig.getConfig(NAMESPACE);
        if (StringUtil.isNotBlank(namespace)) {
            builder.namespace(namespace);
        }
        String endpoints = SentinelConfig.getConfig(ENDPOINT);
        if (StringUtil.isNotBlank(endpoints)) {
            builder.endpoints(endpoints.trim().split("\\s*,\\s*"));
        }
        return builder.bootstrap();
    }
}

package io.opensergo.dubbo;

import io.opensergo.api.ConfigurationException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.dubbo.common.config.ConfigurationUtils;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.jspecify.annotations.Nullable;

/**
 * What an application says about its governance: a property, wherever Dubbo looks for those (system
 * property, environment, configuration center, {@code dubbo.properties}), or else a parameter of
 * the application.
 *
 * @param application the name of the Dubbo application, or {@code null} if it has none yet
 * @param labels the parameters of the application, but for these settings
 */
record DubboSettings(
        @Nullable String application,
        @Nullable String endpoints,
        @Nullable String namespace,
        @Nullable String app,
        @Nullable Integer instances,
        boolean businessExceptionsAreErrors,
        boolean acceptColours,
        boolean preferBaseline,
        Map<String, String> labels) {

    static final String PREFIX = "opensergo.";
    static final String ENDPOINT = PREFIX + "endpoint";
    static final String NAMESPACE = PREFIX + "namespace";
    static final String APP = PREFIX + "app";
    static final String INSTANCES = PREFIX + "instances";
    static final String BUSINESS_EXCEPTIONS_ARE_ERRORS = PREFIX + "business-exceptions-are-errors";

    static final String ACCEPT_COLOURS = PREFIX + "accept-colours";
    static final String PREFER_BASELINE = PREFIX + "prefer-baseline";

    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    /**
     * Reads the settings of an application.
     *
     * @throws ConfigurationException if one cannot be used
     */
    static DubboSettings of(ApplicationModel application) {
        ApplicationConfig config =
                application.getApplicationConfigManager().getApplication().orElse(null);
        Map<String, String> parameters =
                config == null || config.getParameters() == null
                        ? Map.of()
                        : config.getParameters();
        return new DubboSettings(
                config == null ? null : config.getName(),
                find(ENDPOINT, application, parameters),
                find(NAMESPACE, application, parameters),
                find(APP, application, parameters),
                number(INSTANCES, find(INSTANCES, application, parameters)),
                truth(
                        BUSINESS_EXCEPTIONS_ARE_ERRORS,
                        find(BUSINESS_EXCEPTIONS_ARE_ERRORS, application, parameters)),
                truth(ACCEPT_COLOURS, find(ACCEPT_COLOURS, application, parameters)),
                truth(PREFER_BASELINE, find(PREFER_BASELINE, application, parameters)),
                labels(parameters));
    }

    private static @Nullable String find(
            String name, ApplicationModel application, Map<String, String> parameters) {
        String property = ConfigurationUtils.getProperty(application, name);
        String text = property == null || property.isBlank() ? parameters.get(name) : property;
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static @Nullable Integer number(String name, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 1) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, as a number that is too small is.
        }
        throw new ConfigurationException(name, "must be a whole number >= 1, was '" + text + "'");
    }

    private static boolean truth(String name, @Nullable String text) {
        if (text == null || text.equalsIgnoreCase("true")) {
            return true;
        }
        if (text.equalsIgnoreCase("false")) {
            return false;
        }
        throw new ConfigurationException(name, "must be true or false, was '" + text + "'");
    }

    private static Map<String, String> labels(Map<String, String> parameters) {
        Map<String, String> labels = new HashMap<>();
        parameters.forEach(
                (key, value) -> {
                    if (!key.startsWith(PREFIX) && value != null) {
                        labels.put(key, value);
                    }
                });
        return Map.copyOf(labels);
    }

    /**
     * Makes the client, to which the environment has the last word.
     *
     * @return empty if neither the settings nor the environment name a control plane, or nothing
     *     names the application
     * @throws ConfigurationException if a setting cannot be used
     */
    Optional<OpenSergoClient> connect() {
        String appName = app == null ? application : app;
        if (appName == null) {
            return Optional.empty();
        }
        OpenSergoClientBuilder builder = OpenSergoClients.builder();
        if (endpoints != null) {
            apply(ENDPOINT, () -> builder.endpoints(COMMA.split(endpoints)));
        }
        if (namespace != null) {
            apply(NAMESPACE, () -> builder.namespace(namespace));
        }
        apply(app == null ? "dubbo.application.name" : APP, () -> builder.app(appName));
        return builder.bootstrap().buildIfConfigured();
    }

    /** Names the setting as users of Dubbo write it. */
    private static void apply(String setting, Runnable change) {
        try {
            change.run();
        } catch (ConfigurationException e) {
            String problem = String.valueOf(e.getMessage()).substring(e.setting().length() + 2);
            throw new ConfigurationException(setting, problem);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(setting, String.valueOf(e.getMessage()));
        }
    }
}

package io.opensergo.api;

import org.jspecify.annotations.Nullable;

/**
 * Signals, when a client is made, a setting that cannot be used; it names the setting and the fix.
 */
public final class ConfigurationException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    private final String setting;

    /**
     * Reports a setting.
     *
     * @param setting the name of the setting, such as {@code endpoint} or {@code
     *     OPENSERGO_BOOTSTRAP}
     * @param problem what is wrong and what is expected instead; without secrets
     * @param cause what led to it, if anything
     */
    public ConfigurationException(String setting, String problem, @Nullable Throwable cause) {
        super(setting + ": " + problem, cause);
        this.setting = setting;
    }

    /** Reports a setting. */
    public ConfigurationException(String setting, String problem) {
        this(setting, problem, null);
    }

    /** Returns the name of the setting. */
    public String setting() {
        return setting;
    }
}

package io.opensergo.spring.boot;

import io.opensergo.api.ConfigurationException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Says what to do about a setting that ended the start. */
final class OpenSergoFailureAnalyzer implements FailureAnalyzer {

    OpenSergoFailureAnalyzer() {}

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigurationException wrong) {
                return new FailureAnalysis(
                        "A setting of OpenSergo cannot be used: " + wrong.getMessage(),
                        "Correct the setting '"
                                + property(wrong.setting())
                                + "', or set opensergo.enabled=false to start without rules.",
                        wrong);
            }
            if (cause instanceof StarterException wrong) {
                return new FailureAnalysis(wrong.getMessage(), wrong.action(), wrong);
            }
        }
        return null;
    }

    private static String property(String setting) {
        return setting.startsWith("opensergo.") ? setting : "opensergo: " + setting;
    }
}

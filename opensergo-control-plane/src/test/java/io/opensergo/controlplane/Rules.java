package io.opensergo.controlplane;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.document.RuleWriter;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;

/** Rules to test with. */
final class Rules {

    static final String RATE_LIMIT = RateLimitStrategy.KIND.wireName();

    private Rules() {}

    /** A rule of app {@code foo-app} in namespace {@code default}. */
    static RateLimitStrategy rateLimit(String name, long threshold) {
        return rateLimit(Metadata.of("default", "foo-app", name), threshold);
    }

    static RateLimitStrategy rateLimit(Metadata metadata, long threshold) {
        return RateLimitStrategy.builder(metadata)
                .threshold(threshold)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }

    /** The document of {@link #rateLimit(String, long)}. */
    static String document(String name, long threshold) {
        return RuleWriter.toYaml(rateLimit(name, threshold));
    }
}

package io.opensergo.testsupport;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.document.RuleWriter;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;

/** Rate limits of app {@code foo-app}, for tests that need rules of whatever kind. */
public final class RateLimits {

    /** The name of their kind on the wire. */
    public static final String RATE_LIMIT = RateLimitStrategy.KIND.wireName();

    private RateLimits() {}

    /** Returns a rule of namespace {@code default}. */
    public static RateLimitStrategy rateLimit(String name, long threshold) {
        return rateLimit(Metadata.of("default", "foo-app", name), threshold);
    }

    /** Returns a rule. */
    public static RateLimitStrategy rateLimit(Metadata metadata, long threshold) {
        return RateLimitStrategy.builder(metadata)
                .threshold(threshold)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }

    /** Returns the document of {@link #rateLimit(String, long)}. */
    public static String document(String name, long threshold) {
        return RuleWriter.toYaml(rateLimit(name, threshold));
    }
}

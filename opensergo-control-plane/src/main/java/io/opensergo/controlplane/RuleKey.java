package io.opensergo.controlplane;

import io.opensergo.rules.Rule;
import java.util.Objects;

/**
 * What a client subscribes to: the rules of one kind for one application.
 *
 * @param kind the wire name of the kind
 */
record RuleKey(String namespace, String app, String kind) {

    /** Returns the key under which a rule that is bound to an application is delivered. */
    static RuleKey of(Rule rule) {
        return new RuleKey(
                rule.metadata().namespace(),
                Objects.requireNonNull(rule.app(), "app"),
                rule.kind().wireName());
    }

    /** Returns how many bytes the names take, more or less. */
    int bytes() {
        return 2 * (namespace.length() + app.length() + kind.length());
    }

    /** Returns for example {@code RateLimitStrategy of default/foo-app}. */
    @Override
    public String toString() {
        return kind.substring(kind.lastIndexOf('/') + 1) + " of " + namespace + "/" + app;
    }
}

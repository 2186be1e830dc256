package io.opensergo.proto;

import io.opensergo.rules.Rule;
import java.util.Objects;

/**
 * What a client subscribes to, as the messages of the protocol name it: the rules of one kind for
 * one application.
 *
 * @param kind the wire name of the kind
 */
public record WireKey(String namespace, String app, String kind) {

    /**
     * Returns the key under which a rule is delivered.
     *
     * @throws NullPointerException if the rule is not bound to an application
     */
    public static WireKey of(Rule rule) {
        return new WireKey(
                rule.metadata().namespace(),
                Objects.requireNonNull(rule.app(), "app"),
                rule.kind().wireName());
    }

    /** Returns how many bytes of memory the names take, more or less. */
    public int bytes() {
        return 2 * (namespace.length() + app.length() + kind.length());
    }

    /** Returns for example {@code RateLimitStrategy of default/foo-app}. */
    @Override
    public String toString() {
        return kind.substring(kind.lastIndexOf('/') + 1) + " of " + namespace + "/" + app;
    }
}

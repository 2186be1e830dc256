package io.opensergo.api;

import io.opensergo.rules.RuleKind;

/**
 * What one subscription is about: the rules of one kind for one target.
 *
 * @param target the application
 * @param kind the kind
 */
public record RuleKey(Target target, RuleKind<?> kind) {

    /** Returns for example {@code RateLimitStrategy of default/foo-app}. */
    @Override
    public String toString() {
        return kind.name() + " of " + target;
    }
}

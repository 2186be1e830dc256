package io.opensergo.console.internal.api;

import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.rules.RuleId;
import org.jspecify.annotations.Nullable;

/**
 * Names a rule in requests and answers.
 *
 * @param kind the wire name of its kind
 * @param namespace its namespace
 * @param name its name
 */
record RuleRef(@Nullable String kind, @Nullable String namespace, @Nullable String name) {

    static RuleRef of(RuleId id) {
        return new RuleRef(id.kind(), id.namespace(), id.name());
    }

    /**
     * @throws HttpProblem 400 if something is missing
     */
    RuleId id() {
        if (kind == null || namespace == null || name == null) {
            throw HttpProblem.badRequest("a rule is named by kind, namespace and name");
        }
        return new RuleId(kind, namespace, name);
    }
}

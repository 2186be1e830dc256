package io.opensergo.proto;

import io.opensergo.rules.traffic.StringMatch;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Conditions by name. A message may have several of one name, of which a record has one: they are
 * joined. The public control plane sends them when it merges the alternatives of a condition.
 */
final class JoinedConditions {

    private final String subject;
    private final RouterScope scope;

    /** Immutable as long as it holds one at most, as most do. */
    private Map<String, StringMatch> byName = Map.of();

    /**
     * Starts with none.
     *
     * @param subject what the conditions are about, for warnings
     */
    JoinedConditions(String subject, RouterScope scope) {
        this.subject = subject;
        this.scope = scope;
    }

    /** Adds a condition that must hold, together with one of the same name. */
    void addWanted(String name, StringMatch condition) {
        StringMatch other = byName.get(name);
        StringMatch joined = other == null ? condition : StringMatchers.both(other, condition);
        if (other != null && joined.equals(StringMatchers.NEVER)) {
            scope.warn(
                    "can never match: its conditions on "
                            + subject
                            + " '"
                            + Texts.abbreviate(name, 100)
                            + "' exclude each other");
        }
        put(name, joined);
    }

    /** Adds a condition that must not hold, and neither must one of the same name. */
    void addUnwanted(String name, StringMatch condition) {
        StringMatch other = byName.get(name);
        put(name, other == null ? condition : StringMatchers.either(other, condition));
    }

    private void put(String name, StringMatch condition) {
        if (byName.isEmpty()) {
            byName = Map.of(name, condition);
            return;
        }
        if (!(byName instanceof HashMap)) {
            byName = new HashMap<>(byName);
        }
        byName.put(name, condition);
    }

    /** Takes a condition away; returns {@code null} if there is none of this name. */
    @Nullable StringMatch remove(String name) {
        StringMatch condition = byName.get(name);
        if (condition != null) {
            byName = new HashMap<>(byName);
            byName.remove(name);
        }
        return condition;
    }

    Map<String, StringMatch> byName() {
        return byName;
    }
}

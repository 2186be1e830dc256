package io.opensergo.console.internal.api;

import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.RuleWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rule as the console knows it: stored, in force, or both.
 *
 * @param stored what the repository has; {@code null} if nothing
 * @param inForce what the control plane serves; {@code null} if nothing
 */
record RuleEntry(@Nullable StoredRule stored, @Nullable Rule inForce) {

    RuleId id() {
        return stored != null ? stored.id() : rule().id();
    }

    /** The stored one first, since that is what an edit begins with. */
    private Rule rule() {
        Rule rule = stored == null ? inForce : stored.rule();
        if (rule == null) {
            rule = inForce;
        }
        if (rule == null) {
            throw new IllegalStateException("there is neither a stored rule nor one in force");
        }
        return rule;
    }

    private boolean hasRule() {
        return inForce != null || (stored != null && stored.rule() != null);
    }

    /** Returns the application; empty if its text is so wrong that nobody knows. */
    String app() {
        String app = hasRule() ? rule().app() : null;
        return app == null ? "" : app;
    }

    /** Returns how the stored rule and the one in force stand to each other. */
    String state() {
        if (stored == null) {
            return "in force, not stored here";
        }
        if (stored.rule() == null) {
            return inForce == null ? "faulty" : "faulty, the last good one in force";
        }
        if (inForce == null) {
            return "not in force";
        }
        return inForce.equals(stored.rule()) ? "in force" : "differs from what is in force";
    }

    String text() {
        return stored != null ? stored.text() : document(rule());
    }

    String revision() {
        return stored != null ? stored.revision() : StoredRule.revisionOf(document(rule()));
    }

    private static String document(Rule rule) {
        return RuleWriter.toYaml(rule).replaceFirst("^---\\s*\\n", "");
    }

    /**
     * What a list says of a rule.
     *
     * @param kind the wire name of its kind
     * @param namespace its namespace
     * @param app its application; empty if nobody knows
     * @param name its name
     * @param shadow whether it is evaluated and reported only
     * @param state how what is stored and what is in force stand to each other
     * @param revision its revision
     * @param place where it is stored; {@code null} if it is not
     * @param mayWrite whether the caller may change it
     * @param readOnlyReason why it cannot be changed whoever asks; {@code null} if it can
     * @param problems what is wrong in it
     * @param text its document; {@code null} if the caller did not ask for it
     */
    record Summary(
            String kind,
            String namespace,
            String app,
            String name,
            boolean shadow,
            String state,
            String revision,
            @Nullable String place,
            boolean mayWrite,
            @Nullable String readOnlyReason,
            List<ProblemView> problems,
            @Nullable String text) {}

    Summary summary(boolean mayWrite, @Nullable String readOnlyReason, boolean withText) {
        RuleId id = id();
        return new Summary(
                id.kind(),
                id.namespace(),
                app(),
                id.name(),
                hasRule() && rule().metadata().isShadow(),
                state(),
                revision(),
                stored == null ? null : stored.place(),
                mayWrite,
                stored == null
                        ? "it is not in the console's repository"
                        : readOnlyReason != null ? readOnlyReason : stored.readOnlyReason(),
                stored == null ? List.of() : ProblemView.of(stored.problems()),
                withText ? text() : null);
    }
}

package io.opensergo.rules;

import org.jspecify.annotations.Nullable;

/**
 * One governance rule, as a valid and immutable value.
 *
 * <p>The kinds of the specification are records; a user adds a kind with a record of its own that
 * implements this interface, has {@link #metadata()} as its first component and one component per
 * field of the document's {@code spec}, and a {@link RuleKind} that names it. A rule that exists is
 * valid: its constructor throws {@link InvalidRuleException} otherwise.
 */
public interface Rule {

    /** Returns what identifies and binds this rule. */
    Metadata metadata();

    /** Returns the kind of this rule, the same object for every rule of a record class. */
    RuleKind<?> kind();

    /** Returns {@code metadata.name}. */
    default String name() {
        return metadata().name();
    }

    /** Returns what tells this rule apart from every other: kind, namespace and name. */
    default RuleId id() {
        return RuleId.of(kind(), metadata().namespace(), metadata().name());
    }

    /** Returns the application this rule is bound to, or {@code null} if it is bound to none. */
    default @Nullable String app() {
        return metadata().app();
    }
}

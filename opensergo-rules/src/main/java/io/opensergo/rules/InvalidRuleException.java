package io.opensergo.rules;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Signals that a rule, or a part of one, breaks constraints of the specification; it names them
 * all.
 */
public final class InvalidRuleException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<Violation> violations;

    /** Reports at least one violation. */
    public InvalidRuleException(List<Violation> violations) {
        super(violations.stream().map(Violation::toString).collect(Collectors.joining("; ")));
        this.violations = List.copyOf(violations);
    }

    /** Returns every violation found, in the order of the fields. */
    public List<Violation> violations() {
        return violations;
    }
}

package io.opensergo.rules.document;

import io.opensergo.rules.Violation;
import io.opensergo.rules.Violations;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong while one document is bound to its record. */
final class Faults {

    private static final String HIDDEN = "a value that is not shown";

    private final List<Violation> errors = new ArrayList<>(0);
    private final List<Violation> unknownFields = new ArrayList<>(0);
    private final List<Violation> warnings = new ArrayList<>(0);

    void add(FieldPath path, String expected, String found) {
        errors.add(new Violation(path.toString(), expected, found));
    }

    void add(Violation violation) {
        errors.add(violation);
    }

    void unknownField(FieldPath path, String message) {
        unknownFields.add(new Violation(path.toString(), message, ""));
    }

    /** Takes note of what is read all the same. */
    void warn(FieldPath path, String message) {
        warnings.add(new Violation(path.toString(), message, ""));
    }

    /** Takes out of the errors after the first few what was found: it is a secret. */
    void hideFound(int from) {
        for (int i = from; i < errors.size(); i++) {
            Violation error = errors.get(i);
            if (!error.found().equals(Violations.MISSING)) {
                errors.set(i, new Violation(error.path(), error.expected(), HIDDEN));
            }
        }
    }

    int count() {
        return errors.size();
    }

    List<Violation> errors() {
        return errors;
    }

    List<Violation> unknownFields() {
        return unknownFields;
    }

    List<Violation> warnings() {
        return warnings;
    }
}

package io.opensergo.rules.contract;

import io.opensergo.rules.Violations;
import java.util.List;

/**
 * A type that methods name.
 *
 * @param name its name, as the methods and other types say it
 * @param fields its fields
 */
public record TypeDescriptor(String name, List<FieldDescriptor> fields) {

    /**
     * Checks and copies.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty
     */
    public TypeDescriptor {
        var violations = new Violations();
        violations.text("name", name);
        violations.throwIfAny();
        fields = List.copyOf(fields);
    }
}

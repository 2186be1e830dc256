package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import io.opensergo.rules.Violations;
import java.util.List;
import org.jilt.Builder;
import org.jilt.Opt;

/**
 * A type that methods name.
 *
 * @param name its name, as the methods and other types say it
 * @param fields its fields
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record TypeDescriptor(String name, @Opt List<FieldDescriptor> fields) {

    /**
     * Checks and copies.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty
     */
    public TypeDescriptor {
        var violations = new Violations();
        violations.text("name", name);
        violations.throwIfAny();
        fields = fields == null ? List.of() : List.copyOf(fields);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static TypeDescriptorBuilders.Name builder() {
        return TypeDescriptorBuilder.builder();
    }

    /** Starts a builder from these values. */
    public TypeDescriptorBuilder toBuilder() {
        return TypeDescriptorBuilder.from(this);
    }
}

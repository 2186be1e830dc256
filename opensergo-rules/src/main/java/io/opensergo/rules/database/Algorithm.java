package io.opensergo.rules.database;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import java.util.Map;

/**
 * A named algorithm with its settings.
 *
 * @param type the name of the algorithm, such as {@code INLINE} or {@code AES}
 * @param props its settings; {@link #toString()} leaves out their values, since a key may be among
 *     them
 */
public record Algorithm(
        @JsonPropertyDescription("The name of the algorithm.") @Limits(notEmpty = true) String type,
        @JsonPropertyDescription("The settings of the algorithm.") @Limits(secret = true)
                Map<String, String> props) {

    public Algorithm {
        var violations = new Violations();
        violations.text("type", type);
        violations.throwIfAny();
        props = props == null ? Map.of() : Map.copyOf(props);
    }

    /** Returns the type and the names of the settings. */
    @Override
    public String toString() {
        return "Algorithm[type=" + type + ", props=" + props.keySet() + "]";
    }
}

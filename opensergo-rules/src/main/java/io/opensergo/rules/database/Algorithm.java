package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import java.util.Map;
import org.jilt.Builder;
import org.jilt.Opt;

/**
 * A named algorithm with its settings.
 *
 * @param type the name of the algorithm, such as {@code INLINE} or {@code AES}
 * @param props its settings; {@link Algorithm#toString()} leaves out their values, since a key may
 *     be among them
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record Algorithm(
        @JsonPropertyDescription("The name of the algorithm.") @Limits(notEmpty = true) String type,
        @JsonPropertyDescription("The settings of the algorithm.") @Limits(secret = true) @Opt
                Map<String, String> props) {

    public Algorithm {
        var violations = new Violations();
        violations.text("type", type);
        violations.throwIfAny();
        props = props == null ? Map.of() : Map.copyOf(props);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static AlgorithmBuilders.Type builder() {
        return AlgorithmBuilder.builder();
    }

    /** Starts a builder from these values. */
    public AlgorithmBuilder toBuilder() {
        return AlgorithmBuilder.from(this);
    }

    /** Returns the type and the names of the settings. */
    @Override
    public String toString() {
        return "Algorithm[type=" + type + ", props=" + props.keySet() + "]";
    }
}

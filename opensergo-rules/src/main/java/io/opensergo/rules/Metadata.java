package io.opensergo.rules;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * What identifies a rule and binds it to an application: the {@code metadata} of a document.
 *
 * @param name the name, 1 to 1024 characters, unique among the rules of a kind in a namespace
 * @param namespace the namespace, {@value Metadata#DEFAULT_NAMESPACE} if left out
 * @param labels labels; {@code app} binds the rule to an application
 * @param annotations free annotations
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record Metadata(
        @JsonPropertyDescription("The name of the rule; other rules refer to it by this name.")
                String name,
        @JsonPropertyDescription("The namespace of the rule; 'default' if left out.") @Opt
                String namespace,
        @JsonPropertyDescription("Labels; 'app' binds the rule to an application.") @Opt
                Map<String, String> labels,
        @JsonPropertyDescription("Free annotations.") @Opt Map<String, String> annotations) {

    /** The namespace of a document that names none. */
    public static final String DEFAULT_NAMESPACE = "default";

    /** The label that binds a rule to an application. */
    public static final String APP_LABEL = "app";

    /**
     * The annotation that says how a rule is applied: {@value #SHADOW_MODE} or {@value
     * #ENFORCE_MODE}, which is the default. Metadata with another value is refused. It is this
     * project's, not the specification's.
     */
    public static final String MODE_ANNOTATION = "opensergo.io/mode";

    /** The mode of a rule that is evaluated, counted and reported, and rejects nothing. */
    public static final String SHADOW_MODE = "shadow";

    /** The mode of a rule that is applied, as one without the annotation is. */
    public static final String ENFORCE_MODE = "enforce";

    private static final int MAX_NAME_LENGTH = 1024;

    public Metadata {
        namespace = namespace == null ? DEFAULT_NAMESPACE : namespace;
        var violations = new Violations();
        violations.text("name", name, 1, MAX_NAME_LENGTH);
        violations.text("namespace", namespace, 1, MAX_NAME_LENGTH);
        if (labels != null && labels.containsKey(APP_LABEL)) {
            violations.text("labels." + APP_LABEL, labels.get(APP_LABEL), 1, MAX_NAME_LENGTH);
        }
        if (annotations != null && annotations.containsKey(MODE_ANNOTATION)) {
            String mode = annotations.get(MODE_ANNOTATION);
            violations.require(
                    SHADOW_MODE.equals(mode) || ENFORCE_MODE.equals(mode),
                    "annotations." + MODE_ANNOTATION,
                    "must be one of [" + ENFORCE_MODE + ", " + SHADOW_MODE + "]",
                    mode);
        }
        violations.throwIfAny();
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static MetadataBuilders.Name builder() {
        return MetadataBuilder.builder();
    }

    /** Starts a builder from these values. */
    public MetadataBuilder toBuilder() {
        return MetadataBuilder.from(this);
    }

    /** Identifies a rule that is bound to an application. */
    public static Metadata of(String namespace, String app, String name) {
        return builder().name(name).namespace(namespace).labels(Map.of(APP_LABEL, app)).build();
    }

    /**
     * Returns the application in the label {@value #APP_LABEL}, or {@code null} if there is none.
     */
    public @Nullable String app() {
        return labels.get(APP_LABEL);
    }

    /** Returns whether the rule is evaluated, counted and reported only. */
    public boolean isShadow() {
        return SHADOW_MODE.equals(annotations.get(MODE_ANNOTATION));
    }

    /** Returns this metadata with one more annotation, replacing one of the same key. */
    public Metadata withAnnotation(String key, String value) {
        Map<String, String> all = new LinkedHashMap<>(annotations);
        all.put(key, value);
        return toBuilder().annotations(all).build();
    }
}

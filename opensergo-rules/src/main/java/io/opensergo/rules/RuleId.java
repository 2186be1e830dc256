package io.opensergo.rules;

/**
 * What tells one rule apart from every other.
 *
 * @param kind the wire name of the kind, such as {@code
 *     fault-tolerance.opensergo.io/v1alpha1/RateLimitStrategy}
 * @param namespace the namespace of the rule
 * @param name the name of the rule
 */
public record RuleId(String kind, String namespace, String name) {

    /** Returns what tells a rule of the namespace {@code default} apart. */
    public static RuleId of(RuleKind<?> kind, String name) {
        return of(kind, Metadata.DEFAULT_NAMESPACE, name);
    }

    /** Returns what tells a rule apart. */
    public static RuleId of(RuleKind<?> kind, String namespace, String name) {
        return new RuleId(kind.wireName(), namespace, name);
    }

    /** Returns for example {@code RateLimitStrategy default/orders-per-second}. */
    @Override
    public String toString() {
        return kind.substring(kind.lastIndexOf('/') + 1) + " " + namespace + "/" + name;
    }
}

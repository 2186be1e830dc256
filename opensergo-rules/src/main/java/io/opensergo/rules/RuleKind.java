package io.opensergo.rules;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The typed key of a rule kind: its name in documents and on the wire, and the record that models
 * it.
 *
 * <p>Each kind of the specification has its key on its record, such as {@code
 * RateLimitStrategy.KIND}.
 *
 * @param <R> the record class of the kind's rules
 */
public final class RuleKind<R extends Rule> {

    private static final Pattern API_VERSION =
            Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?/v[a-z0-9]+");
    private static final Pattern NAME = Pattern.compile("[A-Z][A-Za-z0-9]*");

    private final String apiVersion;
    private final String name;
    private final String wireName;
    private final Class<R> type;

    private RuleKind(String apiVersion, String name, Class<R> type) {
        this.apiVersion = apiVersion;
        this.name = name;
        this.wireName = apiVersion + "/" + name;
        this.type = type;
    }

    /**
     * Names a kind.
     *
     * @param apiVersion {@code <group>/<version>}, such as {@code traffic.opensergo.io/v1alpha1}
     * @param name the document's {@code kind}, in upper camel case
     * @param type the record that models it
     * @throws IllegalArgumentException if a name is malformed or the type is not a record
     */
    public static <R extends Rule> RuleKind<R> of(String apiVersion, String name, Class<R> type) {
        if (!API_VERSION.matcher(apiVersion).matches()) {
            throw new IllegalArgumentException(
                    "apiVersion must look like 'group.example.io/v1', was '" + apiVersion + "'");
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "kind must be in upper camel case, was '" + name + "'");
        }
        if (!type.isRecord()) {
            throw new IllegalArgumentException(
                    "the type of kind '" + name + "' must be a record, was " + type);
        }
        return new RuleKind<>(apiVersion, name, type);
    }

    /** Returns {@code <group>/<version>}. */
    public String apiVersion() {
        return apiVersion;
    }

    /** Returns the {@code kind} of a document, such as {@code RateLimitStrategy}. */
    public String name() {
        return name;
    }

    /** Returns the name on the wire: {@code <group>/<version>/<Kind>}. */
    public String wireName() {
        return wireName;
    }

    /** Returns the record class of this kind's rules. */
    public Class<R> type() {
        return type;
    }

    /** Two kinds are equal if their wire name and record class are. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RuleKind<?> that
                && wireName.equals(that.wireName)
                && type == that.type;
    }

    @Override
    public int hashCode() {
        return Objects.hash(wireName, type);
    }

    /** Returns the wire name. */
    @Override
    public String toString() {
        return wireName;
    }
}

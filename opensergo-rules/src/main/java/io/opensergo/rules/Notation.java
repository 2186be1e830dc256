package io.opensergo.rules;

/**
 * How a value is spelled in a document where the plain form of its Java type is not it.
 *
 * <p>The grammars are those of the published schemas of OpenSergo v1alpha1.
 */
public enum Notation {
    /** The plain form: text, number, boolean, enum name, list, map or object. */
    PLAIN,
    /**
     * A {@code Duration} such as {@code 500ms}, {@code 10s}, {@code 5min}, {@code 1h}, {@code 2d};
     * never zero.
     */
    DURATION,
    /** As {@link #DURATION}, but zero is allowed: {@code 0ms}. */
    DURATION_OR_ZERO,
    /** A {@code Duration} as Istio and protobuf write it: {@code 0.5s}, {@code 1h30m}. */
    DECIMAL_DURATION,
    /** A {@code Duration} as a whole number of seconds. */
    SECONDS,
    /** A ratio as a whole percentage: {@code 60%} is 0.6. */
    PERCENT,
    /** A ratio as a number from 0 to 100: {@code 12.5} is 0.125. */
    PERCENT_NUMBER,
    /** A ratio as an object, {@code {value: 12.5}}, which is 0.125. */
    PERCENT_OBJECT,
    /** A list of texts in one text, separated by commas. */
    COMMA_SEPARATED,
    /** A list of texts; a single text stands for a list of one. */
    ONE_OR_MANY,
    /** Either a percentage ({@code 82%}) or a plain number ({@code 4.5}). */
    PERCENT_OR_NUMBER
}

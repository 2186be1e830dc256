package io.opensergo.rules;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects every constraint that a value breaks, so that one exception reports them all.
 *
 * <p>For use in the compact constructor of a rule record, the user's own kinds included:
 *
 * <pre>{@code
 * public CacheRule {
 *     var violations = new Violations();
 *     violations.required("metadata", metadata);
 *     violations.range("ttlSeconds", ttlSeconds, 1, 86_400);
 *     violations.throwIfAny();
 * }
 * }</pre>
 *
 * <p>Confined to one thread. The checks accept {@code null} where the signature says so, since a
 * constructor must be able to report it.
 */
public final class Violations {

    /** What {@link Violation#found()} says of a value that is not there. */
    public static final String MISSING = "missing";

    private static final Duration MAX_MILLIS = Duration.ofMillis(Long.MAX_VALUE);

    private @Nullable List<Violation> found;

    /** Demands that a value is there. */
    public void required(String path, @Nullable Object value) {
        if (value == null) {
            add(path, "is required", MISSING);
        }
    }

    /**
     * Demands a text of {@code min} to {@code max} characters, which are code points of Unicode.
     */
    public void text(String path, @Nullable String value, int min, int max) {
        if (value == null) {
            add(path, "is required", MISSING);
            return;
        }
        int length = value.codePointCount(0, value.length());
        if (length < min || length > max) {
            String found = value.isEmpty() ? "empty" : length + " characters";
            add(path, "must be a text of " + min + " to " + max + " characters", found);
        }
    }

    /** Demands a text that is not empty. */
    public void text(String path, @Nullable String value) {
        if (value == null) {
            add(path, "is required", MISSING);
        } else if (value.isEmpty()) {
            add(path, "must be a text of at least 1 character", "empty");
        }
    }

    /** Demands {@code min <= value <= max}. */
    public void range(String path, long value, long min, long max) {
        if (value < min || value > max) {
            add(path, "must be " + describeRange(value, min, max), Long.toString(value));
        }
    }

    /**
     * Demands {@code 0 <= value <= 1}; the negative zero, which no document can say, is refused.
     */
    public void ratio(String path, double value) {
        if (Double.compare(value, 0) < 0 || Double.compare(value, 1) > 0) {
            add(path, "must be a ratio from 0 to 1 (0% to 100%)", Double.toString(value));
        }
    }

    /** Demands a ratio that is a whole number of percent, as the specification writes it. */
    public void wholePercent(String path, double value) {
        ratio(path, value);
        if (value >= 0 && value <= 1 && value != Math.round(value * 100) / 100.0) {
            add(
                    path,
                    "must be a whole number of percent, such as 0.25 for 25%",
                    Double.toString(value));
        }
    }

    /** Demands a duration of at least one and a whole number of milliseconds. */
    public void positiveMillis(String path, @Nullable Duration value) {
        millis(path, value, 1, "must be a whole number of milliseconds, at least 1");
    }

    /** Demands a duration of zero or more and a whole number of milliseconds. */
    public void notNegativeMillis(String path, @Nullable Duration value) {
        millis(path, value, 0, "must be a whole number of milliseconds, at least 0");
    }

    /**
     * Demands texts that can be written as one, separated by commas: none empty, padded or with a
     * comma.
     */
    public void commaSeparable(String path, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            String value = values.get(i);
            require(
                    !value.isEmpty() && value.indexOf(',') < 0 && value.equals(value.strip()),
                    path + "[" + i + "]",
                    "must be a text without comma or outer blanks",
                    value);
        }
    }

    /**
     * Demands that a condition holds; {@code expected} and {@code value} describe it if it does
     * not.
     */
    public void require(boolean holds, String path, String expected, @Nullable Object value) {
        if (!holds) {
            add(path, expected, quote(value));
        }
    }

    /** Adds a violation. */
    public void add(String path, String expected, String found) {
        if (this.found == null) {
            this.found = new ArrayList<>(2);
        }
        this.found.add(new Violation(path, expected, found));
    }

    /** Returns what was found so far. */
    public List<Violation> all() {
        return found == null ? List.of() : List.copyOf(found);
    }

    /**
     * Ends the check.
     *
     * @throws InvalidRuleException if anything was found
     */
    public void throwIfAny() {
        if (found != null) {
            throw new InvalidRuleException(found);
        }
    }

    private void millis(String path, @Nullable Duration value, long min, String expected) {
        if (value == null) {
            add(path, "is required", MISSING);
        } else if (value.toNanosPart() % 1_000_000 != 0
                || value.compareTo(MAX_MILLIS) > 0
                || value.compareTo(Duration.ofMillis(min)) < 0) {
            add(path, expected, value.toString());
        }
    }

    /** Leaves out the end of a type's range unless that is what the value exceeds. */
    private static String describeRange(long value, long min, long max) {
        if (max == Long.MAX_VALUE || (max == Integer.MAX_VALUE && value <= max)) {
            return "a whole number >= " + min;
        }
        return "a whole number from " + min + " to " + max;
    }

    private static String quote(@Nullable Object value) {
        if (value == null) {
            return MISSING;
        }
        return value instanceof String text ? '"' + text + '"' : value.toString();
    }
}

package io.opensergo.rules;

/**
 * One constraint that a value breaks.
 *
 * @param path the field, from the object that was checked, such as {@code strategies[0].name}
 * @param expected what is allowed, such as {@code must be a whole number >= 0}
 * @param found what was found, ready for print: text is quoted, a missing value is {@code missing}
 */
public record Violation(String path, String expected, String found) {

    /** Returns this violation as seen from an enclosing object. */
    public Violation under(String parent) {
        String joined =
                path.isEmpty() || path.startsWith("[") ? parent + path : parent + "." + path;
        return new Violation(joined, expected, found);
    }

    /** Returns for example {@code must be a whole number >= 0, was -1}, or {@code is required}. */
    public String message() {
        return found.isEmpty() || found.equals(Violations.MISSING)
                ? expected
                : expected + ", was " + found;
    }

    /** Returns for example {@code spec.threshold must be a whole number >= 0, was -1}. */
    @Override
    public String toString() {
        return path.isEmpty() ? message() : path + " " + message();
    }
}

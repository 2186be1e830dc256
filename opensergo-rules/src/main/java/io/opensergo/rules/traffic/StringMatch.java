package io.opensergo.rules.traffic;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;

/**
 * A condition on a text. In a document: an object with one of {@code exact}, {@code prefix}, {@code
 * regex}.
 */
public sealed interface StringMatch {

    /**
     * Holds for a text equal to the value.
     *
     * @param value the text
     */
    record Exact(String value) implements StringMatch {

        public Exact {
            requireValue(value);
        }
    }

    /**
     * Holds for a text that starts with the value.
     *
     * @param value the prefix
     */
    record Prefix(String value) implements StringMatch {

        public Prefix {
            requireValue(value);
        }
    }

    /**
     * Holds for a text that matches as a whole.
     *
     * @param value a regular expression of RE2
     */
    record Regex(@Limits(notEmpty = true) String value) implements StringMatch {

        public Regex {
            var violations = new Violations();
            violations.text("", value);
            violations.throwIfAny();
            if (!RegexSize.isAllowed(value)) {
                violations.add("", RegexSize.EXPECTED, "a larger one");
            }
            violations.throwIfAny();
            try {
                Pattern.compile(value);
            } catch (PatternSyntaxException e) {
                violations.add(
                        "",
                        "must be a regular expression of RE2: " + e.getDescription(),
                        quote(value));
            }
            violations.throwIfAny();
        }

        private static String quote(String value) {
            return '"' + value + '"';
        }
    }

    /** Holds for any text that is there. In a document: an empty object. */
    @Written(as = "")
    record Present() implements StringMatch {}

    /** Returns a condition that holds for an equal text. */
    static StringMatch exact(String value) {
        return new Exact(value);
    }

    /** Returns a condition that holds for a text with this prefix. */
    static StringMatch prefix(String value) {
        return new Prefix(value);
    }

    /**
     * Returns a condition that holds for a text that matches as a whole.
     *
     * @throws io.opensergo.rules.InvalidRuleException if it is no regular expression of RE2
     */
    static StringMatch regex(String value) {
        return new Regex(value);
    }

    /** Returns a condition that holds for any text that is there. */
    static StringMatch present() {
        return new Present();
    }

    private static void requireValue(String value) {
        var violations = new Violations();
        violations.required("", value);
        violations.throwIfAny();
    }
}

package io.opensergo.benchmarks;

import io.opensergo.rules.traffic.StringMatch;

/** What routes ask for. */
public enum RouteSort {
    /** A header that is exactly a value. */
    HEADER,
    /** A path that starts with a prefix. */
    PREFIX,
    /** A path that matches a regular expression as a whole. */
    REGEX;

    /** Returns the text that a route compares with. */
    String pattern(int number) {
        return switch (this) {
            case HEADER -> "group-" + number;
            case PREFIX -> "/service-" + number + "/";
            case REGEX -> "/service-" + number + "/items/[0-9]+";
        };
    }

    /** Returns a text, different from the pattern's, that a route holds for. */
    String text(int number) {
        return this == HEADER ? "group-" + number : "/service-" + number + "/items/42";
    }

    StringMatch match(int number) {
        return switch (this) {
            case HEADER -> StringMatch.exact(pattern(number));
            case PREFIX -> StringMatch.prefix(pattern(number));
            case REGEX -> StringMatch.regex(pattern(number));
        };
    }
}

package io.opensergo.proto;

import com.google.re2j.Pattern;
import io.opensergo.proto.internal.envoy.type.matcher.v3.RegexMatcher;
import io.opensergo.proto.internal.envoy.type.matcher.v3.StringMatcher;
import io.opensergo.rules.traffic.StringMatch;
import org.jspecify.annotations.Nullable;

/** Conditions on texts. What a record has no form for becomes a regular expression. */
final class StringMatchers {

    /** Holds for no text at all. */
    static final StringMatch NEVER = StringMatch.regex("[^\\x{0}-\\x{10FFFF}]");

    private static final String ANYTHING = ".*";
    private static final String IGNORE_CASE = "(?i)";

    private StringMatchers() {}

    static RegexMatcher regex(String regex) {
        return RegexMatcher.newBuilder().setRegex(regex).build();
    }

    /** Returns the condition, or {@code null} if it holds for any text. */
    static @Nullable StringMatcher encode(StringMatch condition) {
        if (condition instanceof StringMatch.Exact exact) {
            return StringMatcher.newBuilder().setExact(exact.value()).build();
        }
        if (condition instanceof StringMatch.Prefix prefix) {
            return StringMatcher.newBuilder().setPrefix(prefix.value()).build();
        }
        if (condition instanceof StringMatch.Regex regex) {
            return StringMatcher.newBuilder().setSafeRegex(regex(regex.value())).build();
        }
        return null;
    }

    static StringMatch decode(StringMatcher matcher) {
        boolean ignoreCase = matcher.getIgnoreCase();
        return switch (matcher.getMatchPatternCase()) {
            case EXACT ->
                    ignoreCase
                            ? StringMatch.regex(IGNORE_CASE + Pattern.quote(matcher.getExact()))
                            : StringMatch.exact(matcher.getExact());
            case PREFIX ->
                    ignoreCase
                            ? StringMatch.regex(
                                    IGNORE_CASE + Pattern.quote(matcher.getPrefix()) + ANYTHING)
                            : StringMatch.prefix(matcher.getPrefix());
            case SUFFIX -> suffix(matcher.getSuffix(), ignoreCase);
            case CONTAINS -> contains(matcher.getContains(), ignoreCase);
            case SAFE_REGEX -> StringMatch.regex(matcher.getSafeRegex().getRegex());
            case CUSTOM, MATCHPATTERN_NOT_SET ->
                    throw MessageFaults.invalid(
                            "string_match",
                            "must have one of exact, prefix, suffix, contains and safe_regex",
                            "none of them");
        };
    }

    static StringMatch suffix(String suffix, boolean ignoreCase) {
        return StringMatch.regex(flags(ignoreCase) + ANYTHING + Pattern.quote(suffix));
    }

    static StringMatch contains(String part, boolean ignoreCase) {
        return StringMatch.regex(flags(ignoreCase) + ANYTHING + Pattern.quote(part) + ANYTHING);
    }

    /** Holds for the path itself and for all below it. */
    static StringMatch pathSeparatedPrefix(String path, boolean ignoreCase) {
        return StringMatch.regex(flags(ignoreCase) + Pattern.quote(path) + "(/.*)?");
    }

    private static String flags(boolean ignoreCase) {
        return ignoreCase ? IGNORE_CASE : "";
    }

    /**
     * Returns the condition that holds where both do.
     *
     * @throws io.opensergo.rules.InvalidRuleException if no condition of a record does
     */
    static StringMatch both(StringMatch one, StringMatch other) {
        if (one.equals(other) || other instanceof StringMatch.Present) {
            return one;
        }
        if (one instanceof StringMatch.Present) {
            return other;
        }
        if (one instanceof StringMatch.Exact exact) {
            return Pattern.matches(pattern(other), exact.value()) ? one : NEVER;
        }
        if (other instanceof StringMatch.Exact) {
            return both(other, one);
        }
        if (one instanceof StringMatch.Prefix prefix
                && other instanceof StringMatch.Prefix otherPrefix) {
            if (prefix.value().startsWith(otherPrefix.value())) {
                return one;
            }
            return otherPrefix.value().startsWith(prefix.value()) ? other : NEVER;
        }
        throw MessageFaults.invalid(
                "",
                "must be the only condition of its name that is a regular expression",
                "one of several");
    }

    /** Returns the condition that holds where one of the two does. */
    static StringMatch either(StringMatch one, StringMatch other) {
        if (one.equals(other) || one instanceof StringMatch.Present) {
            return one;
        }
        return other instanceof StringMatch.Present
                ? other
                : StringMatch.regex("(?:" + pattern(one) + ")|(?:" + pattern(other) + ")");
    }

    private static String pattern(StringMatch condition) {
        if (condition instanceof StringMatch.Exact exact) {
            return Pattern.quote(exact.value());
        }
        if (condition instanceof StringMatch.Prefix prefix) {
            return Pattern.quote(prefix.value()) + ANYTHING;
        }
        return condition instanceof StringMatch.Regex regex ? regex.value() : ANYTHING;
    }
}

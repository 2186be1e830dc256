package io.opensergo.proto;

import com.google.re2j.Pattern;
import io.opensergo.proto.internal.envoy.config.route.v3.HeaderMatcher;
import io.opensergo.proto.internal.envoy.config.route.v3.HeaderMatcher.HeaderMatchSpecifierCase;
import io.opensergo.proto.internal.envoy.type.matcher.v3.StringMatcher;
import io.opensergo.rules.traffic.StringMatch;

/** Conditions on headers: written in the modern form, read in the deprecated forms as well. */
final class HeaderMatchers {

    private HeaderMatchers() {}

    static HeaderMatcher encode(String name, StringMatch condition) {
        return builder(name, condition).build();
    }

    /**
     * Returns the opposite of a condition. A header that is not there must not break it, which
     * proxies grant only if they take it for an empty one; unless the condition holds for that.
     */
    static HeaderMatcher encodeInverted(String name, StringMatch condition) {
        return builder(name, condition)
                .setInvertMatch(true)
                .setTreatMissingHeaderAsEmpty(!holdsForEmpty(condition))
                .build();
    }

    private static HeaderMatcher.Builder builder(String name, StringMatch condition) {
        var matcher = HeaderMatcher.newBuilder().setName(name);
        StringMatcher text = StringMatchers.encode(condition);
        return text == null ? matcher.setPresentMatch(true) : matcher.setStringMatch(text);
    }

    static boolean isInverted(HeaderMatcher matcher) {
        boolean absence = matcher.hasPresentMatch() && !matcher.getPresentMatch();
        return matcher.getInvertMatch() != absence;
    }

    /** Returns the condition, leaving aside whether it is inverted. */
    static StringMatch decode(HeaderMatcher matcher) {
        StringMatch condition =
                switch (matcher.getHeaderMatchSpecifierCase()) {
                    case STRING_MATCH -> StringMatchers.decode(matcher.getStringMatch());
                    case EXACT_MATCH -> StringMatch.exact(matcher.getExactMatch());
                    case PREFIX_MATCH -> StringMatch.prefix(matcher.getPrefixMatch());
                    case SUFFIX_MATCH -> StringMatchers.suffix(matcher.getSuffixMatch(), false);
                    case CONTAINS_MATCH ->
                            StringMatchers.contains(matcher.getContainsMatch(), false);
                    case SAFE_REGEX_MATCH ->
                            StringMatch.regex(matcher.getSafeRegexMatch().getRegex());
                    case PRESENT_MATCH, HEADERMATCHSPECIFIER_NOT_SET -> StringMatch.present();
                    case RANGE_MATCH ->
                            throw MessageFaults.invalid(
                                    "range_match",
                                    "must be left out: a TrafficRouter has no such condition",
                                    "set");
                };
        if (matcher.getTreatMissingHeaderAsEmpty()
                && !isInverted(matcher)
                && matcher.getHeaderMatchSpecifierCase() != HeaderMatchSpecifierCase.PRESENT_MATCH
                && holdsForEmpty(condition)) {
            throw MessageFaults.invalid(
                    "treat_missing_header_as_empty",
                    "must be false where the condition holds for an empty header:"
                            + " a TrafficRouter cannot select requests without the header this way",
                    "true");
        }
        return condition;
    }

    private static boolean holdsForEmpty(StringMatch condition) {
        if (condition instanceof StringMatch.Exact exact) {
            return exact.value().isEmpty();
        }
        if (condition instanceof StringMatch.Prefix prefix) {
            return prefix.value().isEmpty();
        }
        return !(condition instanceof StringMatch.Regex regex)
                || Pattern.matches(regex.value(), "");
    }
}

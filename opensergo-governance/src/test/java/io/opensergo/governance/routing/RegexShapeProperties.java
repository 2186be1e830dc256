package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.opensergo.rules.traffic.StringMatch;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.statistics.Statistics;

/** What is said of a regular expression against what RE2/J matches. */
class RegexShapeProperties {

    private static final List<String> PARTS =
            List.of(
                    "a",
                    "b",
                    "ab",
                    "/",
                    "-",
                    ".",
                    ".*",
                    ".*?",
                    "*",
                    "+",
                    "?",
                    "*?",
                    "{2}",
                    "{1,}",
                    "{0,2}",
                    "{",
                    "}",
                    "{,2}",
                    "(",
                    ")",
                    "(?:",
                    "(?i)",
                    "(?s)",
                    "(?i:",
                    "(?P<n>",
                    "|",
                    "[ab]",
                    "[^a]",
                    "[]a]",
                    "[[:alpha:]]",
                    "[a\\]b]",
                    "^",
                    "$",
                    "\\A",
                    "\\z",
                    "\\.",
                    "\\d",
                    "\\w",
                    "\\pL",
                    "\\p{Greek}",
                    "\\x61",
                    "\\x{61}",
                    "\\141",
                    "\\Qa.b\\E",
                    "\\Qa|b",
                    "\\Q\\E",
                    "\\n",
                    "\n",
                    "😀",
                    "ü",
                    "\\b",
                    "\\\\");
    private static final List<String> TEXTS =
            List.of("a", "b", "ab", "A", "B", "/", "-", ".", "aa", "{", "2", "😀", "ü", "\n", "\\");

    @Property(tries = 20_000, seed = "20261127", shrinking = ShrinkingMode.OFF)
    void claimsOnlyWhatMatchingTextsHave(@ForAll long seed) {
        var random = new Random(seed);
        String regex = concatenate(random, PARTS, 1 + random.nextInt(6));
        Pattern pattern = compile(regex);
        if (pattern == null || regex.isEmpty()) {
            return;
        }
        TextTest test = TextTest.of(StringMatch.regex(regex));
        RegexShape shape = RegexShape.of(regex);
        Statistics.label("kind").collect(test.kind());

        for (int i = 0; i < 30; i++) {
            String text = concatenate(random, TEXTS, random.nextInt(5));
            boolean matches = pattern.matches(text);
            assertThat(test.holds(text)).as("%s of %s", regex, text).isEqualTo(matches);
            if (matches) {
                assertThat(text).as(regex).startsWith(shape.prefix());
                assertThat(shape.literals()).as(regex).allMatch(text::contains);
            }
        }
    }

    private static String concatenate(Random random, List<String> parts, int count) {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(parts.get(random.nextInt(parts.size())));
        }
        return text.toString();
    }

    private static Pattern compile(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            return null;
        }
    }
}

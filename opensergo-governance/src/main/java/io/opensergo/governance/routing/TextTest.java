package io.opensergo.governance.routing;

import com.google.re2j.Pattern;
import io.opensergo.rules.traffic.StringMatch;
import java.util.List;

/**
 * A compiled condition on a text that is there.
 *
 * <p>One class with a switch instead of a class per kind: the calls of a request would otherwise
 * see more classes than the compiler inlines. Only the last kind allocates.
 */
final class TextTest {

    /** How a text is tested. */
    enum Kind {
        EXACT,
        EXACT_IGNORING_CASE,
        PREFIX,
        PREFIX_IGNORING_CASE,
        PRESENT,
        /** A regular expression of literals with {@code .*} between them. */
        PIECES,
        /** A regular expression that has to run, where its longest literal occurs. */
        REGEX
    }

    private static final Pattern NO_PATTERN = Pattern.compile("");
    private static final RegexShape NO_SHAPE = new RegexShape("", List.of(), List.of());

    private final Kind kind;

    /** What the text is compared with; of {@link Kind#REGEX} the longest literal. */
    private final String value;

    private final String[] pieces;
    private final Pattern pattern;
    private final RegexShape shape;
    private final String description;

    private TextTest(
            Kind kind, String value, Pattern pattern, RegexShape shape, String description) {
        this.kind = kind;
        this.value = value;
        this.pieces = shape.pieces().toArray(String[]::new);
        this.pattern = pattern;
        this.shape = shape;
        this.description = description;
    }

    static TextTest of(StringMatch match) {
        if (match instanceof StringMatch.Exact exact) {
            return plain(Kind.EXACT, exact.value());
        }
        if (match instanceof StringMatch.Prefix prefix) {
            return plain(Kind.PREFIX, prefix.value());
        }
        if (match instanceof StringMatch.Regex regex) {
            return regex(regex.value());
        }
        return new TextTest(Kind.PRESENT, "", NO_PATTERN, NO_SHAPE, "present");
    }

    /** Returns a condition that ignores case, unless it is a regular expression. */
    static TextTest ignoringCase(StringMatch match) {
        if (match instanceof StringMatch.Exact exact) {
            return plain(Kind.EXACT_IGNORING_CASE, exact.value());
        }
        if (match instanceof StringMatch.Prefix prefix) {
            return plain(Kind.PREFIX_IGNORING_CASE, prefix.value());
        }
        return of(match);
    }

    private static TextTest plain(Kind kind, String value) {
        String name =
                switch (kind) {
                    case EXACT -> "exact ";
                    case EXACT_IGNORING_CASE -> "exact, ignoring case, ";
                    case PREFIX -> "prefix ";
                    default -> "prefix, ignoring case, ";
                };
        return new TextTest(kind, value, NO_PATTERN, NO_SHAPE, name + quote(value));
    }

    private static TextTest regex(String regex) {
        RegexShape shape = RegexShape.of(regex);
        String description = "regex " + quote(regex);
        if (shape.pieces().size() == 1) {
            return new TextTest(
                    Kind.EXACT, shape.pieces().get(0), NO_PATTERN, NO_SHAPE, description);
        }
        return new TextTest(
                shape.pieces().isEmpty() ? Kind.REGEX : Kind.PIECES,
                shape.longestLiteral(),
                Pattern.compile(regex),
                shape,
                description);
    }

    private static String quote(String text) {
        return '"' + text + '"';
    }

    Kind kind() {
        return kind;
    }

    String value() {
        return value;
    }

    /** What is known of matching texts; of nothing but regular expressions anything is. */
    RegexShape shape() {
        return shape;
    }

    boolean holds(String text) {
        return switch (kind) {
            case EXACT -> value.equals(text);
            case EXACT_IGNORING_CASE -> AsciiCase.areEqual(text, value);
            case PREFIX -> text.startsWith(value);
            case PREFIX_IGNORING_CASE -> AsciiCase.startsWith(text, value);
            case PRESENT -> true;
            case PIECES -> holdsPieces(text);
            case REGEX -> text.contains(value) && pattern.matches(text);
        };
    }

    /** Finds each piece behind the one before; {@code .*} spans no end of a line. */
    private boolean holdsPieces(String text) {
        if (text.indexOf('\n') >= 0) {
            return pattern.matches(text);
        }
        int last = pieces.length - 1;
        int end = text.length() - pieces[last].length();
        int from = pieces[0].length();
        if (from > end || !text.startsWith(pieces[0]) || !text.endsWith(pieces[last])) {
            return false;
        }
        for (int i = 1; i < last; i++) {
            int found = text.indexOf(pieces[i], from);
            from = found + pieces[i].length();
            if (found < 0 || from > end) {
                return false;
            }
        }
        return true;
    }

    /** Returns for example {@code exact "gray"}. */
    @Override
    public String toString() {
        return description;
    }
}

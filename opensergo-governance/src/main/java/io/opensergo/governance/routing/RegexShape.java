package io.opensergo.governance.routing;

import java.util.ArrayList;
import java.util.List;

/**
 * What can be said of the texts that a regular expression of RE2 matches as a whole, without
 * running it.
 *
 * <p>The scan sees the literals of the outermost concatenation and takes everything else (groups,
 * classes, what is repeated) for unknown. It may miss a literal, but never claims one that a
 * matching text can lack; tests hold that against RE2/J itself. An expression is known to be valid.
 *
 * @param prefix what each match starts with, perhaps empty
 * @param literals what each match contains, none empty, the prefix included
 * @param pieces if the expression is nothing but literals with {@code .*} between them: these
 *     literals, first and last perhaps empty; else empty
 */
record RegexShape(String prefix, List<String> literals, List<String> pieces) {

    private static final RegexShape UNKNOWN = new RegexShape("", List.of(), List.of());

    static RegexShape of(String regex) {
        return new Scan(regex).shape();
    }

    /** Returns the longest literal, or an empty text. */
    String longestLiteral() {
        String longest = "";
        for (String literal : literals) {
            longest = literal.length() > longest.length() ? literal : longest;
        }
        return longest;
    }

    /** One pass over an expression. */
    private static final class Scan {

        private final String regex;
        private int position;

        /** The literal being read; it belongs to the prefix as long as nothing else was seen. */
        private final StringBuilder run = new StringBuilder();

        private final List<String> literals = new ArrayList<>();
        private final List<String> pieces = new ArrayList<>();
        private String prefix = "";
        private boolean atStart = true;
        private boolean onlyPieces = true;

        /**
         * Set by what changes the meaning of literals around it: a flag, such as that for ignoring
         * case, and an empty quotation. A repetition behind them repeats what is before them.
         */
        private boolean givenUp;

        Scan(String regex) {
            this.regex = regex;
        }

        RegexShape shape() {
            while (position < regex.length() && !givenUp) {
                char next = regex.charAt(position++);
                switch (next) {
                    case '|' -> givenUp = true;
                    case '(' -> group();
                    case '[' -> {
                        skipClass();
                        unknown();
                    }
                    case '.' -> dot();
                    case '^' -> zeroWidth(position == 1);
                    case '$' -> zeroWidth(position == regex.length());
                    case '\\' -> escape();
                    case '*', '?' -> optional();
                    case '+' -> unknown();
                    case '{' -> brace();
                    default -> run.append(next);
                }
            }
            return givenUp ? UNKNOWN : seen();
        }

        private RegexShape seen() {
            String last = run.toString();
            endRun();
            pieces.add(last);
            return new RegexShape(
                    prefix,
                    List.copyOf(literals),
                    onlyPieces && pieces.stream().noneMatch(Scan::hasSurrogates)
                            ? List.copyOf(pieces)
                            : List.of());
        }

        /** RE2 compares code points, of which half a pair is none. */
        private static boolean hasSurrogates(String text) {
            return text.chars().anyMatch(c -> Character.isSurrogate((char) c));
        }

        private void endRun() {
            if (!run.isEmpty()) {
                literals.add(run.toString());
                if (atStart) {
                    prefix = run.toString();
                }
                run.setLength(0);
            }
            atStart = false;
        }

        /** Something that may match anything, or a repetition of what was read. */
        private void unknown() {
            endRun();
            onlyPieces = false;
        }

        /** What was read last may be missing. */
        private void optional() {
            dropLast();
            unknown();
        }

        private void dropLast() {
            int length = run.length();
            if (length > 0) {
                boolean pair =
                        length > 1
                                && Character.isSurrogatePair(
                                        run.charAt(length - 2), run.charAt(length - 1));
                run.setLength(length - (pair ? 2 : 1));
            }
        }

        private void zeroWidth(boolean atItsEnd) {
            if (!atItsEnd) {
                unknown();
            }
        }

        private void dot() {
            if (position < regex.length() && regex.charAt(position) == '*') {
                position++;
                if (position < regex.length() && regex.charAt(position) == '?') {
                    position++;
                }
                pieces.add(run.toString());
                endRun();
            } else {
                unknown();
            }
        }

        /** A repetition {@code {n}}, {@code {n,}} or {@code {n,m}}; any other brace is a text. */
        private void brace() {
            int end = position;
            while (end < regex.length() && "0123456789,".indexOf(regex.charAt(end)) >= 0) {
                end++;
            }
            boolean closed = end < regex.length() && regex.charAt(end) == '}';
            if (closed && end > position && regex.charAt(position) != ',') {
                position = end + 1;
                optional();
            } else {
                run.append('{');
            }
        }

        private void escape() {
            char next = regex.charAt(position++);
            switch (next) {
                case 'Q' -> quoted();
                case 'A' -> zeroWidth(position == 2);
                case 'z' -> zeroWidth(position == regex.length());
                case 'p', 'P' -> {
                    skipNamed(1);
                    unknown();
                }
                case 'x' -> {
                    skipNamed(2);
                    unknown();
                }
                default -> {
                    if (isAlphanumeric(next)) {
                        skipDigits();
                        unknown();
                    } else {
                        run.append(next);
                    }
                }
            }
        }

        private static boolean isAlphanumeric(char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        }

        private void quoted() {
            int end = regex.indexOf("\\E", position);
            String text = regex.substring(position, end < 0 ? regex.length() : end);
            position = end < 0 ? regex.length() : end + 2;
            run.append(text);
            givenUp |= text.isEmpty();
        }

        /** Skips {@code {name}}, or that many characters. */
        private void skipNamed(int characters) {
            if (position < regex.length() && regex.charAt(position) == '{') {
                position = regex.indexOf('}', position) + 1;
            } else {
                position = Math.min(regex.length(), position + characters);
            }
        }

        /** Skips the rest of an octal number; after another letter there is none. */
        private void skipDigits() {
            if (!Character.isDigit(regex.charAt(position - 1))) {
                return;
            }
            int end = Math.min(regex.length(), position + 2);
            while (position < end && Character.isDigit(regex.charAt(position))) {
                position++;
            }
        }

        private void skipClass() {
            if (position < regex.length() && regex.charAt(position) == '^') {
                position++;
            }
            boolean first = true;
            while (position < regex.length() && (first || regex.charAt(position) != ']')) {
                first = false;
                int named = regex.startsWith("[:", position) ? regex.indexOf(":]", position) : -1;
                if (named >= 0) {
                    position = named + 2;
                } else {
                    position += regex.charAt(position) == '\\' ? 2 : 1;
                }
            }
            position++;
        }

        private void group() {
            int flags = position;
            if (regex.startsWith("?", flags)) {
                flags++;
                while (flags < regex.length()
                        && (regex.charAt(flags) == '-'
                                || Character.isLetter(regex.charAt(flags)))) {
                    flags++;
                }
            }
            unknown();
            givenUp |= flags > position && regex.startsWith(")", flags);
            skipGroup();
        }

        private void skipGroup() {
            int depth = 1;
            while (depth > 0 && position < regex.length()) {
                char next = regex.charAt(position++);
                if (next == '(') {
                    depth++;
                } else if (next == ')') {
                    depth--;
                } else if (next == '[') {
                    skipClass();
                } else if (next == '\\') {
                    skipEscapeInGroup();
                }
            }
        }

        private void skipEscapeInGroup() {
            if (regex.startsWith("Q", position)) {
                int end = regex.indexOf("\\E", position);
                position = end < 0 ? regex.length() : end + 2;
            } else {
                position++;
            }
        }
    }
}

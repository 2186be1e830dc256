package io.opensergo.rules.traffic;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How large and how deep a regular expression gets once its repetitions are written out.
 *
 * <p>RE2/J writes out {@code x{1000}} and descends into groups, without a limit of its own: a text
 * of thirty characters could take all memory, and one of deep groups the whole stack. The estimate
 * needs no valid expression, since RE2/J judges that afterwards.
 */
final class RegexSize {

    /** The steps of the greatest expression allowed; Envoy's own limit is 100 by default. */
    static final int MAX_SIZE = 10_000;

    /** The levels of groups of the deepest expression allowed. */
    static final int MAX_DEPTH = 100;

    /** What is allowed, as a violation says it. */
    static final String EXPECTED =
            "must be a regular expression of at most "
                    + MAX_SIZE
                    + " steps, repetitions written out, and "
                    + MAX_DEPTH
                    + " levels of groups";

    private final String regex;
    private final Deque<Long> outer = new ArrayDeque<>();
    private int position;
    private long size;
    private long last;

    private RegexSize(String regex) {
        this.regex = regex;
    }

    /** Returns whether an expression keeps to both limits. */
    static boolean isAllowed(String regex) {
        return regex.length() <= MAX_SIZE && new RegexSize(regex).measure();
    }

    private boolean measure() {
        while (position < regex.length()) {
            char next = regex.charAt(position++);
            switch (next) {
                case '(' -> {
                    outer.push(size);
                    size = 0;
                    last = 0;
                }
                case ')' -> {
                    last = size + 1;
                    size = last + (outer.isEmpty() ? 0 : outer.pop());
                }
                case '{' -> repeat();
                case '[' -> {
                    skipClass();
                    step();
                }
                case '\\' -> {
                    skipEscape();
                    step();
                }
                case '*', '+', '?' -> size++;
                default -> step();
            }
            if (size > MAX_SIZE || outer.size() > MAX_DEPTH) {
                return false;
            }
        }
        return true;
    }

    private void step() {
        last = 1;
        size++;
    }

    /** Reads {@code n}, {@code n,} or {@code n,m} and a closing brace; anything else is text. */
    private void repeat() {
        int end = regex.indexOf('}', position);
        String[] bounds = end < 0 ? new String[0] : regex.substring(position, end).split(",", 2);
        long times = 0;
        for (String bound : bounds) {
            if (bound.length() > 4 || !bound.chars().allMatch(c -> c >= '0' && c <= '9')) {
                step();
                return;
            }
            times = Math.max(times, bound.isEmpty() ? 0 : Long.parseLong(bound));
        }
        if (times > 0) {
            position = end + 1;
            size += last * (times - 1);
            last *= times;
        }
    }

    /** Skips what follows a backslash, braces included: {@code x{1F600}}, {@code p{Greek}}. */
    private void skipEscape() {
        boolean braces = regex.startsWith("{", position + 1);
        boolean named = position < regex.length() && "xpP".indexOf(regex.charAt(position)) >= 0;
        int end = braces && named ? regex.indexOf('}', position) : -1;
        position = end < 0 ? position + 1 : end + 1;
    }

    private void skipClass() {
        if (position < regex.length() && regex.charAt(position) == '^') {
            position++;
        }
        int first = position;
        while (position < regex.length() && (regex.charAt(position) != ']' || position == first)) {
            position += regex.charAt(position) == '\\' ? 2 : 1;
        }
        position++;
    }
}

package io.opensergo.rules.document;

import org.yaml.snakeyaml.reader.StreamReader;

/** Lines and characters of a text as the YAML parser sees them. */
final class Lines {

    private Lines() {}

    /** Counts the line breaks in a part of a text. */
    static int count(String text, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            if (endsLine(text, i)) {
                count++;
            }
        }
        return count;
    }

    /**
     * Returns where a line starts, counted from 1 at {@code from}; the end of the text if it has
     * none.
     */
    static int start(String text, int from, int line) {
        int position = from;
        for (int i = 1; i < line; i++) {
            while (position < text.length() && !endsLine(text, position)) {
                position++;
            }
            position = Math.min(position + 1, text.length());
        }
        return position;
    }

    /**
     * Returns where the first line starts that is longer than a limit; the end if there is none.
     */
    static int longer(String text, int from, int limit) {
        int start = from;
        while (text.length() - start > limit) {
            int end = text.lastIndexOf('\n', start + limit);
            if (end < start) {
                end = lastEnd(text, start, start + limit + 1);
            }
            if (end < start) {
                return start;
            }
            start = end + 1;
        }
        return text.length();
    }

    private static int lastEnd(String text, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            if (endsLine(text, i)) {
                return i;
            }
        }
        return -1;
    }

    /** Returns where the first character is that YAML forbids; the end if there is none. */
    static int forbidden(String text, int from, int to) {
        int position = from;
        while (position < to) {
            int character = text.codePointAt(position);
            if (!StreamReader.isPrintable(character)) {
                return position;
            }
            position += Character.charCount(character);
        }
        return to;
    }

    /** A carriage return with a line feed ends one line, not two. */
    private static boolean endsLine(String text, int position) {
        return switch (text.charAt(position)) {
            case '\n', '\u0085', '\u2028', '\u2029' -> true;
            case '\r' -> position + 1 == text.length() || text.charAt(position + 1) != '\n';
            default -> false;
        };
    }
}

package io.opensergo.rulerepository;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of one document, in the form in which every repository shows and compares it. */
final class RuleText {

    static final Charset UTF_8 = StandardCharsets.UTF_8;

    /** A scalar that keeps the blank lines at its end: there they are part of the document. */
    private static final Pattern KEEPS_BLANK_LINES = Pattern.compile("[|>][1-9]?\\+");

    private static final Pattern LINE_END = Pattern.compile("\r\n|\r");
    private static final Pattern BLANK_LINES = Pattern.compile("([ \t]*\n)+");
    private static final Pattern MARKER = Pattern.compile("---(?=[ \t\n]|$)[ \t]*");
    private static final Pattern END_MARKER = Pattern.compile("(?m)^\\.\\.\\.[ \t]*\n?\\z");
    private static final int REVISION_BYTES = 16;

    private RuleText() {}

    /** Returns a text with plain line ends, without marker, and without blank lines around it. */
    static String normalized(String text) {
        String lines = LINE_END.matcher(text).replaceAll("\n");
        String body =
                withoutBlankLinesBefore(lines.startsWith("\uFEFF") ? lines.substring(1) : lines);
        for (Matcher marker = MARKER.matcher(body); marker.lookingAt(); marker.reset(body)) {
            body = withoutBlankLinesBefore(body.substring(marker.end()));
        }
        return trimmed(END_MARKER.matcher(body).replaceFirst(""));
    }

    private static String withoutBlankLinesBefore(String text) {
        Matcher blank = BLANK_LINES.matcher(text);
        return blank.lookingAt() ? text.substring(blank.end()) : text;
    }

    private static String trimmed(String body) {
        int end = bodyEnd(body, 0, body.length());
        return end == 0 ? "" : body.substring(0, end) + "\n";
    }

    /**
     * Returns where the text of a document in a part of a text ends: behind the last character of
     * its last line that is not blank, unless the blank lines are part of it.
     */
    static int bodyEnd(String text, int from, int to) {
        int end = to;
        while (end > from && isSpace(text.charAt(end - 1))) {
            end--;
        }
        if (end == from) {
            return from;
        }
        if (KEEPS_BLANK_LINES.matcher(text).region(from, end).find()) {
            return withoutLineEnd(text, end, to);
        }
        while (end < to && !endsLine(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int withoutLineEnd(String text, int from, int to) {
        int end = to;
        if (end > from && text.charAt(end - 1) == '\n') {
            end--;
        }
        if (end > from && text.charAt(end - 1) == '\r') {
            end--;
        }
        return end;
    }

    private static boolean endsLine(char character) {
        return character == '\n' || character == '\r';
    }

    private static boolean isSpace(char character) {
        return character == ' ' || character == '\t' || endsLine(character);
    }

    static String revisionOf(String normalized) {
        return hex(sha256(normalized.getBytes(UTF_8)), REVISION_BYTES);
    }

    static String hex(byte[] bytes, int count) {
        return HexFormat.of().formatHex(bytes, 0, count);
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

package io.opensergo.rulerepository;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the documents of a YAML text by its markers. Only a marker in the first column is one: in
 * block scalars each line is indented, and in quoted ones YAML forbids it there.
 */
final class YamlSpans {

    private static final Pattern MARKER =
            Pattern.compile("^(---|\\.\\.\\.)(?=\\s|$)", Pattern.MULTILINE);

    private static final Pattern LINE_END = Pattern.compile("\r\n|[\n\r\u0085\u2028\u2029]");

    private final String text;
    private final List<DocumentSpan> spans = new ArrayList<>();

    /** Where the marker of the document under way begins; -1 if it has none. */
    private int marker = -1;

    /** Where what belongs to the document under way begins, behind its marker. */
    private int begin;

    private boolean directives;

    /** The line of {@link #counted}. */
    private int line = 1;

    private int counted;

    /** Whether the document before is ended by the marker of this one and nothing else. */
    private boolean follows;

    private YamlSpans(String text) {
        this.text = text;
        this.begin = text.startsWith("\uFEFF") ? 1 : 0;
    }

    static List<DocumentSpan> of(String text) {
        var spans = new YamlSpans(text);
        spans.find();
        return List.copyOf(spans.spans);
    }

    private void find() {
        Matcher next = MARKER.matcher(text).region(begin, text.length());
        while (next.find()) {
            boolean ends = next.group().equals("...");
            boolean alsoEnds = ends && !follows;
            end(next.start(), alsoEnds ? lineEnd(next.end()) : next.start(), ends);
            marker = ends ? -1 : next.start();
            begin = ends ? lineEnd(next.end()) : next.end();
        }
        end(text.length(), text.length(), true);
    }

    /** Ends the document under way, if there is one. */
    private void end(int bodyEnd, int removeTo, boolean byEnd) {
        int content = contentStart(begin, bodyEnd);
        if (marker < 0 && content < bodyEnd && text.charAt(content) == '%') {
            directives = true; // of the document behind the next marker
            return;
        }
        if (content < bodyEnd) {
            add(content, bodyEnd, removeTo, byEnd);
        }
        follows = !byEnd && (follows || content < bodyEnd);
        directives = false;
    }

    private void add(int content, int bodyEnd, int removeTo, boolean byEnd) {
        int markerLineEnd = marker < 0 ? begin : lineEnd(begin);
        int first = firstNonSpace(begin, bodyEnd);
        boolean onMarkerLine = marker >= 0 && first < markerLineEnd;
        int from = onMarkerLine ? first : lineStart(first);
        boolean takesNextMarker = marker < 0 && !byEnd;
        spans.add(
                new DocumentSpan(
                        from,
                        RuleText.bodyEnd(text, from, bodyEnd),
                        lineOf(content),
                        marker < 0 ? begin : marker,
                        takesNextMarker ? behindBareMarker(removeTo) : removeTo,
                        onMarkerLine,
                        directives));
    }

    /**
     * The first document of a file takes the marker behind it along, unless more is in its line.
     */
    private int behindBareMarker(int next) {
        int end = lineEnd(next);
        return text.substring(next, end).strip().equals("---") ? end : next;
    }

    /** Finds the first character that is neither space nor part of a comment. */
    private int contentStart(int from, int to) {
        int at = firstNonSpace(from, to);
        while (at < to && text.charAt(at) == '#') {
            at = firstNonSpace(Math.min(to, lineEnd(at)), to);
        }
        return at;
    }

    private int firstNonSpace(int from, int to) {
        int at = from;
        while (at < to && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(char character) {
        return character == ' '
                || character == '\t'
                || character == '\n'
                || character == '\r'
                || character == '\u0085'
                || character == '\u2028'
                || character == '\u2029';
    }

    private int lineStart(int at) {
        int start = at;
        while (start > begin && (text.charAt(start - 1) == ' ' || text.charAt(start - 1) == '\t')) {
            start--;
        }
        return start;
    }

    /** Returns where the next line begins. */
    private int lineEnd(int from) {
        Matcher end = LINE_END.matcher(text).region(from, text.length());
        return end.find() ? end.end() : text.length();
    }

    /** Positions are asked for in their order, so that each line is counted once. */
    private int lineOf(int position) {
        Matcher ends = LINE_END.matcher(text).region(counted, position);
        while (ends.find()) {
            line++;
        }
        counted = position;
        return line;
    }
}

package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One content of a rule file: its rules, and where in its text each of them stands.
 *
 * @param name what problems and places call the file
 * @param bytes as they were read
 * @param text empty if the bytes are no text
 * @param entries the documents that say which rule they are, in order
 * @param result all that was read
 */
@SuppressWarnings("ArrayRecordComponent") // equal only to itself
record FileContent(String name, byte[] bytes, String text, List<Entry> entries, ReadResult result) {

    private static final Pattern LINE_END = Pattern.compile("\r\n|\n|\r");

    private static final String IN_A_LIST =
            "it is an item of a list; make each item a document of its own in that file";

    /**
     * A document that says which rule it is.
     *
     * @param span where it stands
     * @param text its own text as every repository shows it
     * @param revision of the text
     * @param readOnlyReason why it cannot be edited in its text; {@code null} if it can
     */
    record Entry(
            RuleId id,
            RuleDocument document,
            DocumentSpan span,
            String text,
            String revision,
            @Nullable String readOnlyReason) {}

    static FileContent of(String name, byte[] bytes, RuleReader reader) {
        ReadResult result = read(name, bytes, reader);
        String text = decoded(bytes);
        return new FileContent(name, bytes, text, entries(result, text), result);
    }

    private static ReadResult read(String name, byte[] bytes, RuleReader reader) {
        try {
            return reader.read(new ByteArrayInputStream(bytes), name);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private static String decoded(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return ""; // the reader has reported it
        }
    }

    private static List<Entry> entries(ReadResult result, String text) {
        List<DocumentSpan> spans =
                isJson(result.source()) ? JsonSpans.of(text) : YamlSpans.of(text);
        Map<Integer, DocumentSpan> byLine = new HashMap<>();
        spans.forEach(span -> byLine.put(span.line(), span));
        Map<Integer, Integer> ofNumber = new HashMap<>();
        result.documents().forEach(each -> ofNumber.merge(each.number(), 1, Integer::sum));
        List<Entry> entries = new ArrayList<>();
        for (RuleDocument document : result.documents()) {
            RuleId id = document.id();
            if (id != null) {
                boolean alone = Objects.equals(ofNumber.get(document.number()), 1);
                DocumentSpan exact = alone ? byLine.get(document.line()) : null;
                String reason = exact == null ? IN_A_LIST : readOnlyReason(text, exact);
                DocumentSpan span = exact == null ? around(spans, document.line()) : exact;
                String own = RuleText.normalized(text.substring(span.from(), span.to()) + "\n");
                String revision = RuleText.revisionOf(own);
                entries.add(new Entry(id, document, span, own, revision, reason));
            }
        }
        return List.copyOf(entries);
    }

    private static @Nullable String readOnlyReason(String text, DocumentSpan span) {
        if (span.hasDirectives()) {
            return "a directive such as %YAML stands before it; take that line out of the file";
        }
        return DocumentList.isList(text.substring(span.from(), span.to())) ? IN_A_LIST : null;
    }

    private static DocumentSpan around(List<DocumentSpan> spans, int line) {
        DocumentSpan around = new DocumentSpan(0, 0, 1, 0, 0, false, false);
        for (DocumentSpan span : spans) {
            if (span.line() <= line) {
                around = span;
            }
        }
        return around;
    }

    private static boolean isJson(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".json");
    }

    boolean isJson() {
        return isJson(name);
    }

    /** Returns whether each document of the file is a rule that can be edited in its text. */
    boolean isPlain() {
        return !isJson()
                && result.isClean()
                && entries.size() == result.documents().size()
                && entries.stream().allMatch(entry -> entry.readOnlyReason() == null);
    }

    /** Returns the problems of the file that a person has to know, warnings included. */
    List<Problem> problems() {
        return result.allProblems();
    }

    /** Returns what ends a line in this file. */
    private String lineEnd() {
        Matcher first = LINE_END.matcher(text);
        return first.find() ? first.group() : "\n";
    }

    /**
     * Returns the text of the file after an edit; the rest of it stays as it is, byte by byte.
     *
     * @param replaced new texts of documents that are there
     * @param removed documents to remove, each with its marker
     * @param added documents to put at the end
     */
    String edited(Map<RuleId, String> replaced, Collection<RuleId> removed, List<String> added) {
        var edited = new StringBuilder(text.length());
        int done = 0;
        for (Entry entry : entries) {
            DocumentSpan span = entry.span();
            String replacement = replaced.get(entry.id());
            if (replacement != null) {
                edited.append(text, done, span.from()).append(replacement(span, replacement));
                done = span.to();
            } else if (removed.contains(entry.id())) {
                // The one before may have taken the marker of this one along.
                edited.append(text, done, Math.max(done, span.removeFrom()));
                done = span.removeTo();
            }
        }
        edited.append(text, done, text.length());
        added.forEach(document -> append(edited, document));
        return edited.toString();
    }

    private String replacement(DocumentSpan span, String document) {
        String lines = inThisFile(document);
        String body = lines.substring(0, lines.length() - lineEnd().length());
        boolean needsOwnLine = span.onMarkerLine() && !body.startsWith("#");
        return needsOwnLine ? lineEnd() + body : body;
    }

    private void append(StringBuilder edited, String document) {
        int end = edited.length();
        boolean fresh = end == 0 || (end == 1 && edited.charAt(0) == '\uFEFF');
        if (!fresh) {
            char last = edited.charAt(end - 1);
            if (last != '\n' && last != '\r') {
                edited.append(lineEnd());
            }
            edited.append("---").append(lineEnd());
        }
        edited.append(inThisFile(document));
    }

    private String inThisFile(String document) {
        return lineEnd().equals("\n") ? document : document.replace("\n", lineEnd());
    }

    /** Returns whether there is nothing but markers and white space in a text. */
    static boolean isVoid(String text) {
        return text.replaceAll("(?m)^(---|\\.\\.\\.)(?=\\s|$)", "").replace("\uFEFF", "").isBlank();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}

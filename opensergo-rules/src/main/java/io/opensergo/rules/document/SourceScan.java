package io.opensergo.rules.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Reads the documents of one source, once.
 *
 * <p>After a syntax error it goes on with the next document marker, so the time it takes stays
 * proportional to the text however many documents are broken.
 */
final class SourceScan {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_VALUES = 1_000_000;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /** The time SnakeYAML takes for a line without a blank grows with the square of its length. */
    private static final int MAX_LINE = 256 * 1024;

    private static final String TOO_LONG =
            "is beyond a limit: a line has more than " + MAX_LINE + " characters";

    private static final Pattern DOCUMENT_START =
            Pattern.compile("^---(?=\\s|$)", Pattern.MULTILINE);

    private static final Pattern DOCUMENT_BOUND =
            Pattern.compile("^(---|\\.\\.\\.)(?=\\s|$)", Pattern.MULTILINE);

    /** The setting that Jackson's messages name, which is of no use to who writes a rule. */
    private static final Pattern SETTING = Pattern.compile(", from `[^`]*`");

    private static final StreamReadConstraints CONSTRAINTS =
            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build();

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(CONSTRAINTS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private static final JsonFactory YAML =
            new ScalarParser.Factory(
                    YAMLFactory.builder()
                            .loaderOptions(loaderOptions())
                            .streamReadConstraints(CONSTRAINTS)
                            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION));

    private final String text;
    private final String source;
    private final boolean json;
    private final DocumentBinder binder;
    private final TreeBuilder.AliasBudget aliases = new TreeBuilder.AliasBudget(MAX_VALUES);
    private final List<RuleDocument> documents = new ArrayList<>();

    /** Where the part begins that is not read yet, at the start of a line. */
    private int position;

    /** The lines before {@link #position}. */
    private int lineOffset;

    /** The number of the document at {@link #position}. */
    private int number = 1;

    SourceScan(String text, String source, boolean json, DocumentBinder binder) {
        this.text = text;
        this.source = source;
        this.json = json;
        this.binder = binder;
        this.position = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
    }

    /** Returns whether there is nothing at all in the source, not even a comment. */
    boolean isEmpty() {
        return position == text.length();
    }

    List<RuleDocument> run() {
        while (true) {
            int obstacle = json ? text.length() : Lines.longer(text, position, MAX_LINE);
            String complaint = TOO_LONG;
            if (!readUntil(documentOf(obstacle))) {
                // The parser looks ahead, so it failed before it came to the document at fault.
                obstacle = Lines.forbidden(text, position, text.length());
                complaint = forbidden(text.codePointAt(obstacle));
                readUntil(documentOf(obstacle));
            }
            if (position == text.length()) {
                return documents;
            }
            report(obstacle, complaint);
            moveTo(documentStart(obstacle, text.length()));
        }
    }

    /**
     * Reads the documents before an end, those after syntax errors included.
     *
     * @return whether it came to the end; a character that YAML forbids keeps it from that
     */
    private boolean readUntil(int end) {
        while (position < end) {
            var pass = new Pass(end);
            pass.run();
            if (pass.metForbidden) {
                return false;
            }
            documents.addAll(pass.read);
            number = pass.next;
            boolean done = pass.failedLine == 0 || json;
            // A marker on the first line is that of the document which failed.
            int resume = done ? end : Lines.start(text, position, Math.max(2, pass.failedLine));
            moveTo(done ? end : documentStart(resume, end));
        }
        return true;
    }

    private void moveTo(int next) {
        if (next < text.length()) {
            lineOffset += Lines.count(text, position, next);
        }
        position = next;
    }

    /** Finds the first document marker in a part of the text; its end if there is none. */
    private int documentStart(int from, int end) {
        if (from >= end) {
            return end;
        }
        Matcher marker = DOCUMENT_START.matcher(text).region(from, end);
        return marker.useTransparentBounds(true).useAnchoringBounds(false).find()
                ? marker.start()
                : end;
    }

    /** Finds the start of the document around a place; the end of the text is around itself. */
    private int documentOf(int end) {
        if (end == text.length()) {
            return end;
        }
        int last = position;
        for (int next = documentStart(position, end);
                next < end;
                next = documentStart(next + 1, end)) {
            last = next;
        }
        return last;
    }

    private static String forbidden(int character) {
        return String.format("is not valid YAML: the character U+%04X is not allowed", character);
    }

    private void report(int place, String complaint) {
        int line = Lines.count(text, position, place) + 1;
        int column = place - Lines.start(text, position, line) + 1;
        documents.add(broken(number, line, column, complaint));
        number++;
    }

    private RuleDocument broken(int document, int line, int column, String message) {
        var problem =
                new Problem(
                        Problem.Severity.ERROR,
                        source,
                        document,
                        lineOffset + line,
                        column,
                        "",
                        message);
        return new RuleDocument(document, lineOffset + line, null, null, List.of(problem));
    }

    /** Reads from the position up to an end or to a syntax error. */
    private final class Pass {

        private final int end;
        private final List<RuleDocument> read = new ArrayList<>();

        /** The number of the next document. */
        private int next = number;

        /**
         * The line on which the last value ended, counted from the position; 0 before the first.
         */
        private int lastLine;

        /** The line of the syntax error, counted from the position; 0 if there is none. */
        private int failedLine;

        private int failedColumn;

        private boolean metForbidden;

        Pass(int end) {
            this.end = end;
        }

        void run() {
            JsonProcessingException syntaxError = null;
            try (JsonParser parser = parser()) {
                try {
                    readDocuments(parser);
                } catch (JsonProcessingException e) {
                    syntaxError = e;
                    metForbidden = e.getCause() instanceof ReaderException;
                    findPlace(e, parser.currentLocation());
                }
            } catch (IOException e) {
                throw new IllegalStateException("reading from memory failed", e);
            }
            if (metForbidden) {
                return;
            }
            if (syntaxError != null) {
                takeBackUnended();
            }
            locate();
            if (syntaxError != null) {
                read.add(broken(next, failedLine, failedColumn, complaint(syntaxError)));
                next++;
            }
        }

        private void readDocuments(JsonParser parser) throws IOException {
            while (parser.nextToken() != null) {
                var trees = new TreeBuilder(parser, MAX_VALUES, MAX_DEPTH, lineOffset, aliases);
                JsonNode tree = trees.build();
                if (!tree.isNull()) {
                    read.addAll(ListReader.read(tree, trees, binder, next, source));
                }
                lastLine = parser.currentLocation().getLineNr();
                next++;
            }
        }

        /**
         * Takes back the last document if the syntax error is in what follows its value, since the
         * parser gives a value before it sees what follows.
         */
        private void takeBackUnended() {
            if (json || lastLine == 0 || failedLine < lastLine) {
                return;
            }
            int from = Lines.start(text, position, lastLine);
            int to = Lines.start(text, position, failedLine + 1);
            Matcher marker = DOCUMENT_BOUND.matcher(text).region(from, to);
            if (!marker.useTransparentBounds(true).useAnchoringBounds(false).find()) {
                next--;
                read.removeIf(document -> document.number() == next);
            }
        }

        private JsonParser parser() throws IOException {
            Reader part = new StringReader(end == text.length() ? text : text.substring(0, end));
            part.skip(position);
            return (json ? JSON : YAML).createParser(part);
        }

        private void findPlace(JsonProcessingException e, JsonLocation current) {
            Mark mark =
                    e.getCause() instanceof MarkedYAMLException yaml ? yaml.getProblemMark() : null;
            JsonLocation location = e.getLocation() == null ? current : e.getLocation();
            int line = mark == null ? location.getLineNr() : mark.getLine() + 1;
            int column = mark == null ? location.getColumnNr() : mark.getColumn() + 1;
            failedLine = Math.max(1, line);
            failedColumn = Math.max(1, column);
        }

        private String complaint(JsonProcessingException e) {
            if (e instanceof StreamConstraintsException) {
                return "is beyond a limit: " + brief(e.getOriginalMessage());
            }
            if (json) {
                return "is not valid JSON: " + brief(e.getOriginalMessage());
            }
            if (e.getCause() instanceof MarkedYAMLException yaml) {
                String context = yaml.getContext() == null ? "" : " " + yaml.getContext();
                return "is not valid YAML: " + brief(yaml.getProblem() + context);
            }
            return "is not valid YAML: " + brief(e.getOriginalMessage());
        }

        private void locate() {
            Set<Integer> faulty =
                    read.stream()
                            .filter(document -> !document.problems().isEmpty())
                            .map(RuleDocument::number)
                            .collect(Collectors.toSet());
            if (faulty.isEmpty()) {
                return;
            }
            Map<Integer, Places> places = places(faulty);
            read.replaceAll(document -> locate(document, places.get(document.number())));
        }

        private Map<Integer, Places> places(Set<Integer> faulty) {
            try (JsonParser parser = parser()) {
                return Places.find(parser, number, lineOffset, faulty);
            } catch (IOException e) {
                throw new IllegalStateException(
                        "a text that was read once cannot be read again", e);
            }
        }

        private static RuleDocument locate(RuleDocument document, @Nullable Places places) {
            if (places == null || document.problems().isEmpty()) {
                return document;
            }
            return document.withProblems(
                    document.problems().stream()
                            .map(problem -> problem.at(places.of(problem.path())))
                            .toList());
        }
    }

    private static String brief(String message) {
        int lineEnd = message.indexOf('\n');
        String line = lineEnd < 0 ? message : message.substring(0, lineEnd);
        return SETTING.matcher(line).replaceAll("");
    }

    private static LoaderOptions loaderOptions() {
        var options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        return options;
    }
}

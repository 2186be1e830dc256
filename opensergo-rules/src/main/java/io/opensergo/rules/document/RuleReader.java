package io.opensergo.rules.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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

/**
 * Reads rule documents from YAML, and from JSON where the source's name ends in {@code .json}.
 *
 * <p>Whatever is wrong becomes a {@link Problem} with its place, never an exception, and concerns
 * only its own document: the other documents of the source are read, even after a syntax error. At
 * most 100 levels of nesting, 1,000,000 values a document (those behind YAML aliases included) and,
 * unless set otherwise, 16 MiB a source are read.
 *
 * <p>Immutable: each {@code with} method returns another reader.
 */
public final class RuleReader {

    /** The size of a source that is read unless set otherwise: 16 MiB. */
    public static final int DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

    private static final int MAX_DEPTH = 100;
    private static final int MAX_VALUES = 1_000_000;
    private static final Pattern DOCUMENT_START =
            Pattern.compile("^---(?=\\s|$)", Pattern.MULTILINE);
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private static final StreamReadConstraints CONSTRAINTS =
            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build();

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(CONSTRAINTS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private static final JsonFactory YAML =
            YAMLFactory.builder()
                    .loaderOptions(loaderOptions())
                    .streamReadConstraints(CONSTRAINTS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private final DocumentBinder binder;
    private final int maxBytes;

    private RuleReader(DocumentBinder binder, int maxBytes) {
        this.binder = binder;
        this.maxBytes = maxBytes;
    }

    /** Returns a reader of the kinds of the specification to which an unknown field is an error. */
    public static RuleReader strict() {
        return new RuleReader(
                new DocumentBinder(RuleKinds.standard(), true, false), DEFAULT_MAX_BYTES);
    }

    /**
     * Returns a reader of the kinds of the specification to which an unknown field is a warning.
     */
    public static RuleReader lenient() {
        return new RuleReader(
                new DocumentBinder(RuleKinds.standard(), false, false), DEFAULT_MAX_BYTES);
    }

    /** Returns a reader that knows these kinds. */
    public RuleReader withKinds(RuleKinds kinds) {
        return new RuleReader(
                new DocumentBinder(kinds, binder.rejectUnknownFields(), binder.appRequired()),
                maxBytes);
    }

    /** Returns a reader to which a rule that is bound to no application is an error. */
    public RuleReader withAppRequired() {
        return new RuleReader(
                new DocumentBinder(binder.kinds(), binder.rejectUnknownFields(), true), maxBytes);
    }

    /**
     * Returns a reader that refuses larger sources.
     *
     * @param maxBytes the greatest size, at least 1
     */
    public RuleReader withMaxBytes(int maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be >= 1, was " + maxBytes);
        }
        return new RuleReader(binder, maxBytes);
    }

    /** Reads a file; the source of problems is its path as given. */
    public ReadResult read(Path file) {
        String source = file.toString();
        try {
            long size = Files.size(file);
            if (size > maxBytes) {
                return failed(source, tooLarge(Long.toString(size)));
            }
            try (InputStream in = Files.newInputStream(file)) {
                return read(in, source);
            }
        } catch (NoSuchFileException e) {
            return failed(source, "does not exist");
        } catch (IOException e) {
            return failed(source, "cannot be read: " + e.getMessage());
        }
    }

    /**
     * Reads a stream to its end and leaves it open.
     *
     * @param in UTF-8 text
     * @param source what to call it in problems
     * @throws IOException if the stream fails
     */
    public ReadResult read(InputStream in, String source) throws IOException {
        byte[] bytes = in.readNBytes(maxBytes + 1);
        if (bytes.length > maxBytes) {
            return failed(source, tooLarge("more than " + maxBytes));
        }
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return failed(source, "is not UTF-8 text, so it cannot hold rules");
        }
        return parse(text, source);
    }

    /**
     * Reads a text.
     *
     * @param text the documents
     * @param source what to call it in problems
     */
    public ReadResult read(String text, String source) {
        if (text.length() > maxBytes) {
            return failed(
                    source, tooLarge(text.length() + " characters and more than " + maxBytes));
        }
        return parse(text, source);
    }

    /**
     * Binds the tree of one document; its problems have no line.
     *
     * @param document an object with {@code apiVersion}, {@code kind}, {@code metadata} and {@code
     *     spec}
     * @param source what to call it in problems
     */
    public RuleDocument read(JsonNode document, String source) {
        return binder.bind(document, 1, source);
    }

    private String tooLarge(String found) {
        return "must be at most " + maxBytes + " bytes, was " + found;
    }

    private static ReadResult failed(String source, String message) {
        return new ReadResult(source, List.of(), List.of(Problem.inSource(source, message)));
    }

    private ReadResult parse(String text, String source) {
        String content =
                !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
        boolean json = source.endsWith(".json");
        List<RuleDocument> documents = new ArrayList<>();
        int number = 1;
        int start = 0;
        while (start >= 0) {
            String part = content.substring(start);
            int lineOffset =
                    (int) content.substring(0, start).chars().filter(c -> c == '\n').count();
            var pass = new Pass(part, source, json, number, lineOffset);
            documents.addAll(pass.run());
            int resume = pass.failedLine == 0 || json ? -1 : nextDocument(part, pass.failedLine);
            start = resume < 0 ? -1 : start + resume;
            number = pass.number;
        }
        if (documents.isEmpty()) {
            return failed(source, "is empty: it holds no document");
        }
        return new ReadResult(source, documents, List.of());
    }

    /** Finds the first document marker after the first line that is not before the given one. */
    private static int nextDocument(String text, int line) {
        int from = text.indexOf('\n') + 1;
        for (int i = 2; i < line && from > 0; i++) {
            from = text.indexOf('\n', from) + 1;
        }
        Matcher marker = DOCUMENT_START.matcher(text);
        return from > 0 && marker.find(from) ? marker.start() : -1;
    }

    /** Reads documents up to the end of a text or to a syntax error. */
    private final class Pass {

        private final String text;
        private final String source;
        private final boolean json;
        private final int firstNumber;
        private final int lineOffset;
        private int number;
        private int failedLine;

        Pass(String text, String source, boolean json, int firstNumber, int lineOffset) {
            this.text = text;
            this.source = source;
            this.json = json;
            this.firstNumber = firstNumber;
            this.lineOffset = lineOffset;
            this.number = firstNumber;
        }

        List<RuleDocument> run() {
            List<RuleDocument> documents = new ArrayList<>();
            Problem syntaxError = null;
            try (JsonParser parser = parser()) {
                while (parser.nextToken() != null) {
                    JsonNode tree = TreeBuilder.build(parser, MAX_VALUES);
                    if (!isEmpty(tree)) {
                        documents.add(binder.bind(tree, number, source));
                    }
                    number++;
                }
            } catch (JsonProcessingException e) {
                syntaxError = syntaxError(e);
            } catch (IOException e) {
                throw new IllegalStateException("reading from memory failed", e);
            }
            locate(documents);
            if (syntaxError != null) {
                documents.add(new RuleDocument(number, null, null, List.of(syntaxError)));
                number++;
            }
            return documents;
        }

        /** A document of comments alone is an empty text to the YAML parser. */
        private static boolean isEmpty(JsonNode tree) {
            return tree.isNull() || (tree.isTextual() && tree.textValue().isEmpty());
        }

        private JsonParser parser() throws IOException {
            return (json ? JSON : YAML).createParser(text);
        }

        private Problem syntaxError(JsonProcessingException e) {
            String message = e.getOriginalMessage();
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            int column = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getColumnNr());
            if (e.getCause() instanceof MarkedYAMLException marked
                    && marked.getProblemMark() != null) {
                Mark mark = marked.getProblemMark();
                String context = marked.getContext() == null ? "" : " " + marked.getContext();
                message = marked.getProblem() + context;
                line = mark.getLine() + 1;
                column = mark.getColumn() + 1;
            }
            failedLine = line;
            return new Problem(
                    Problem.Severity.ERROR,
                    source,
                    number,
                    line + lineOffset,
                    column,
                    "",
                    (json ? "is not valid JSON: " : "is not valid YAML: ") + firstLine(message));
        }

        private void locate(List<RuleDocument> documents) {
            Set<Integer> broken =
                    documents.stream()
                            .filter(document -> !document.problems().isEmpty())
                            .map(RuleDocument::number)
                            .collect(Collectors.toSet());
            if (broken.isEmpty()) {
                return;
            }
            Map<Integer, Places> places = places(broken);
            documents.replaceAll(document -> locate(document, places.get(document.number())));
        }

        private Map<Integer, Places> places(Set<Integer> broken) {
            try (JsonParser parser = parser()) {
                return Places.find(parser, firstNumber, lineOffset, broken);
            } catch (IOException e) {
                throw new IllegalStateException(
                        "a text that was read once cannot be read again", e);
            }
        }

        private RuleDocument locate(RuleDocument document, @Nullable Places places) {
            if (places == null) {
                return document;
            }
            List<Problem> located =
                    document.problems().stream()
                            .map(problem -> problem.at(places.of(problem.path())))
                            .toList();
            return new RuleDocument(document.number(), document.id(), document.rule(), located);
        }
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static LoaderOptions loaderOptions() {
        var options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        return options;
    }
}

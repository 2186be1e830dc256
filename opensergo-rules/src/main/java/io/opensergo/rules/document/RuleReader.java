package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads rule documents from YAML, and from JSON where the source's name ends in {@code .json}, in
 * any case.
 *
 * <p>Whatever is wrong becomes a {@link Problem} with its place, never an exception, and concerns
 * only its own document: the other documents of the source are read, even after a syntax error. At
 * most 100 levels of nesting, 1,000,000 values a document (those behind YAML aliases included), as
 * many behind the aliases of all documents and, unless set otherwise, 16 MiB a source are read.
 *
 * <p>A source of comments and document markers alone holds no rules, and that is no problem; a
 * source without a byte may be a truncated one, and is. A document that is a list, as {@code
 * kubectl get -o yaml} writes several objects, is read as its items.
 *
 * <p>Immutable: each {@code with} method returns another reader.
 */
public final class RuleReader {

    /** The size of a source that is read unless set otherwise: 16 MiB. */
    public static final int DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

    /**
     * The fields of Kubernetes' object metadata that say nothing about a rule and are ignored, in
     * the order of their names.
     */
    public static final List<String> IGNORED_METADATA_FIELDS =
            List.of(
                    "creationTimestamp",
                    "deletionGracePeriodSeconds",
                    "deletionTimestamp",
                    "finalizers",
                    "generateName",
                    "generation",
                    "managedFields",
                    "ownerReferences",
                    "resourceVersion",
                    "selfLink",
                    "uid");

    /** What each of the specification's {@code apiVersion}s holds, and any misspelt one. */
    private static final Pattern OPENSERGO = Pattern.compile("opensergo", Pattern.CASE_INSENSITIVE);

    private final DocumentBinder binder;
    private final int maxBytes;
    private final boolean foreignTextHidden;

    private RuleReader(DocumentBinder binder, int maxBytes, boolean foreignTextHidden) {
        this.binder = binder;
        this.maxBytes = maxBytes;
        this.foreignTextHidden = foreignTextHidden;
    }

    /** Returns a reader of the kinds of the specification to which an unknown field is an error. */
    public static RuleReader strict() {
        return new RuleReader(
                new DocumentBinder(RuleKinds.standard(), true, false), DEFAULT_MAX_BYTES, false);
    }

    /**
     * Returns a reader of the kinds of the specification to which an unknown field is a warning.
     */
    public static RuleReader lenient() {
        return new RuleReader(
                new DocumentBinder(RuleKinds.standard(), false, false), DEFAULT_MAX_BYTES, false);
    }

    /** Returns a reader that knows these kinds. */
    public RuleReader withKinds(RuleKinds kinds) {
        return new RuleReader(
                new DocumentBinder(kinds, binder.rejectUnknownFields(), binder.appRequired()),
                maxBytes,
                foreignTextHidden);
    }

    /** Returns a reader to which a rule that is bound to no application is an error. */
    public RuleReader withAppRequired() {
        return new RuleReader(
                new DocumentBinder(binder.kinds(), binder.rejectUnknownFields(), true),
                maxBytes,
                foreignTextHidden);
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
        return new RuleReader(binder, maxBytes, foreignTextHidden);
    }

    /**
     * Returns a reader whose problems repeat nothing of a source that names no {@code apiVersion}
     * of OpenSergo: for a place where others may put a link to what is none of their business, such
     * as a key.
     */
    public RuleReader withForeignTextHidden() {
        return new RuleReader(binder, maxBytes, true);
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
        byte[] bytes = in.readNBytes(maxBytes);
        if (bytes.length == maxBytes && in.read() >= 0) {
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
        var scan = new SourceScan(text, source, isJson(source), binder);
        if (scan.isEmpty()) {
            return failed(source, "is empty: it has no bytes, as after a truncation");
        }
        var result = new ReadResult(source, scan.run(), List.of());
        boolean hidden = foreignTextHidden && !result.documents().isEmpty() && isForeign(text);
        return hidden
                ? failed(
                        source,
                        "holds no OpenSergo document: it names no apiVersion of OpenSergo, so nothing of"
                                + " it is shown here; take it out of the directory, or give it"
                                + " another extension")
                : result;
    }

    private static boolean isJson(String source) {
        return source.toLowerCase(Locale.ROOT).endsWith(".json");
    }

    private boolean isForeign(String text) {
        return !OPENSERGO.matcher(text).find()
                && binder.kinds().all().stream()
                        .noneMatch(kind -> text.contains(kind.apiVersion()));
    }
}

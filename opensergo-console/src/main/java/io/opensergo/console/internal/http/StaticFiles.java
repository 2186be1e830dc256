package io.opensergo.console.internal.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of the page, read from the jar once: a path is looked up in a map and never in a file
 * system, so that none can lead elsewhere.
 */
public final class StaticFiles {

    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "json", "application/json",
                    "svg", "image/svg+xml");

    /** A file as an answer, and what tells its content apart. */
    private record File(Answer answer, String etag) {}

    private final Map<String, File> byPath = new HashMap<>();

    /**
     * Reads the files that a list names.
     *
     * @param near the class beside whose resources they are
     * @param index the name of the list, in which each line is a file
     */
    public StaticFiles(Class<?> near, String directory, String index) {
        for (String name : names(near, directory + index)) {
            byte[] content = read(near, directory + name);
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            if (type == null) {
                throw new IllegalStateException("the type of " + name + " is not known");
            }
            var file = new File(new Answer(200, type, content, Map.of()), etagOf(content));
            byPath.put("/" + name, file);
            if (name.equals("index.html")) {
                byPath.put("/", file);
            }
        }
    }

    private static List<String> names(Class<?> near, String index) {
        return new String(read(near, index), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    private static byte[] read(Class<?> near, String name) {
        try (InputStream in = near.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the jar's " + name + " cannot be read", e);
        }
    }

    private static String etagOf(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return '"' + HexFormat.of().formatHex(digest, 0, 16) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Returns whether there is a file of a path. */
    boolean has(String path) {
        return byPath.containsKey(path);
    }

    /**
     * Returns the file of a path.
     *
     * @param ifNoneMatch the etag of what the client has
     */
    Answer get(String path, @Nullable String ifNoneMatch) {
        File file = byPath.get(path);
        if (file == null) {
            throw HttpProblem.notFound("there is nothing here");
        }
        Answer answer = file.etag().equals(ifNoneMatch) ? Answer.empty(304) : file.answer();
        return answer.with("ETag", file.etag()).with("Cache-Control", "no-cache");
    }
}

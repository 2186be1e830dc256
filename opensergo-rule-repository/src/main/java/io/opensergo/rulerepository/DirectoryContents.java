package io.opensergo.rulerepository;

import io.opensergo.rulefiles.FileStamp;
import io.opensergo.rulefiles.RuleFiles;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rule files of a directory, each one again only if it has changed.
 *
 * <p>An equal stamp is an equal content if the file was read some time after its last write.
 * Otherwise its bytes are compared.
 */
final class DirectoryContents {

    private record Known(FileStamp stamp, Instant readAt, FileContent content) {

        boolean isCertain() {
            return !stamp.isRecentAt(readAt);
        }
    }

    private final Path directory;
    private final RuleReader reader;
    private final InstantSource clock;
    private Map<Path, Known> known = Map.of(); // guarded by this

    DirectoryContents(Path directory, RuleReader reader, InstantSource clock) {
        this.directory = directory;
        this.reader = reader;
        this.clock = clock;
    }

    synchronized DirectoryState read() {
        RuleFiles listing = RuleFiles.in(directory);
        List<Problem> problems = new ArrayList<>(listing.problems());
        requireDirectory(problems);
        Map<Path, Known> current = new HashMap<>();
        SortedMap<Path, FileContent> contents = new TreeMap<>();
        for (Path file : listing.files()) {
            try {
                Known now = look(file, known.get(file));
                current.put(file, now);
                contents.put(file, now.content());
            } catch (IOException e) {
                boolean gone = e instanceof NoSuchFileException; // since it was listed
                if (!gone) {
                    problems.add(unreadable(file, e));
                }
            }
        }
        known = current;
        return new DirectoryState(contents, problems);
    }

    private void requireDirectory(List<Problem> problems) {
        for (Problem problem : problems) {
            if (problem.isError() && problem.source().equals(directory.toString())) {
                throw new UncheckedIOException(new IOException(problem.toString()));
            }
        }
    }

    private Problem unreadable(Path file, IOException e) {
        String why = e instanceof AccessDeniedException ? "access denied" : e.getMessage();
        String message = "cannot be read: " + why;
        return new Problem(Problem.Severity.ERROR, nameOf(file), 0, 0, 0, "", message);
    }

    private Known look(Path file, @Nullable Known before) throws IOException {
        var stamp = FileStamp.of(Files.readAttributes(file, BasicFileAttributes.class));
        if (before != null && before.isCertain() && before.stamp().equals(stamp)) {
            return before;
        }
        Instant now = clock.instant();
        byte[] bytes = bytes(file);
        FileContent content =
                before != null && Arrays.equals(bytes, before.content().bytes())
                        ? before.content()
                        : parse(file, bytes);
        return new Known(stamp, now, content);
    }

    /** Reads a file, but no more than is needed to find it too large. */
    static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(RuleReader.DEFAULT_MAX_BYTES + 1);
        }
    }

    FileContent parse(Path file, byte[] bytes) {
        return FileContent.of(nameOf(file), bytes, reader);
    }

    /** Returns what to call a file: its path in the directory. */
    String nameOf(Path file) {
        return directory.relativize(file).toString().replace('\\', '/');
    }
}

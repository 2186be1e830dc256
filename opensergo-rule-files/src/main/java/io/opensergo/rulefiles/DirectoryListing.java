package io.opensergo.rulefiles;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The rule files that a directory and those below it hold at one moment.
 *
 * @param files the files in the order of their paths
 * @param unreadable what could not be looked into and why: directories, and the root if it is gone
 * @param beyond directories that are not looked into because there are too many behind links
 * @param skipped links to directories whose files are there by another path, and which
 * @param directories when an entry of each directory came, went or got another name
 */
record DirectoryListing(
        SortedMap<Path, FileStamp> files,
        SortedMap<Path, String> unreadable,
        SortedSet<Path> beyond,
        SortedMap<Path, String> skipped,
        SortedMap<Path, FileTime> directories) {

    static DirectoryListing of(Path directory) {
        var listing =
                new DirectoryListing(
                        new TreeMap<>(),
                        new TreeMap<>(),
                        new TreeSet<>(),
                        new TreeMap<>(),
                        new TreeMap<>());
        new DirectoryWalk(directory, listing).run();
        return listing;
    }

    /**
     * Returns the time of the latest change of what was listed, in microseconds since 1970: the
     * same wherever and whenever the same state is listed. 0 if nothing was.
     */
    long revision() {
        return Stream.concat(
                        files.values().stream().map(FileStamp::lastModified),
                        directories.values().stream())
                .mapToLong(DirectoryListing::micros)
                .reduce(0, Math::max);
    }

    static long micros(FileTime time) {
        return Math.max(0, time.to(TimeUnit.MICROSECONDS));
    }

    /** Returns whether a file may be there although it was not seen. */
    boolean hides(Path file) {
        for (Path path = file; path != null; path = path.getParent()) {
            if (unreadable.containsKey(path) || beyond.contains(path)) {
                return true;
            }
        }
        return false;
    }

    /** Says why a file or directory could not be read. */
    static String reasonOf(IOException e) {
        return "cannot be read: "
                + (e instanceof AccessDeniedException ? "access denied" : e.getMessage());
    }
}

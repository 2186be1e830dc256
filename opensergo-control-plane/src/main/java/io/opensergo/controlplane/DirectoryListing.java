package io.opensergo.controlplane;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rule files that a directory and those below it hold at one moment.
 *
 * @param files the files in the order of their paths
 * @param unreadable what could not be looked into and why: directories, and the root if it is gone
 * @param directories when an entry of each directory came, went or got another name
 */
record DirectoryListing(
        SortedMap<Path, FileStamp> files,
        SortedMap<Path, String> unreadable,
        SortedMap<Path, FileTime> directories) {

    static DirectoryListing of(Path directory) {
        var listing = new DirectoryListing(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        try {
            Files.walkFileTree(
                    directory,
                    EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                    Integer.MAX_VALUE,
                    listing.new Collector(directory));
        } catch (IOException e) {
            throw new IllegalStateException("the visitor passes no exception on", e);
        }
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
        return unreadable.keySet().stream().anyMatch(file::startsWith);
    }

    /** Says why a file or directory could not be read. */
    static String reasonOf(IOException e) {
        return "cannot be read: "
                + (e instanceof AccessDeniedException ? "access denied" : e.getMessage());
    }

    private final class Collector extends SimpleFileVisitor<Path> {

        private final Path root;

        Collector(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (!directory.equals(root) && isHidden(directory)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            FileTime modified = attributes.lastModifiedTime();
            directories.put(directory, directory.equals(root) ? orOfLink(modified) : modified);
            return FileVisitResult.CONTINUE;
        }

        /**
         * A link to the root that is swapped makes no directory newer that is looked into, unlike
         * one below it; its own time does.
         */
        private FileTime orOfLink(FileTime modified) {
            try {
                FileTime ofLink = Files.getLastModifiedTime(root, LinkOption.NOFOLLOW_LINKS);
                return ofLink.compareTo(modified) > 0 ? ofLink : modified;
            } catch (IOException e) {
                return modified; // gone since; the visit will fail on it and report that
            }
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.equals(root)) {
                unreadable.put(file, "is no directory");
            } else if (isRuleFile(file) && attributes.isSymbolicLink()) {
                unreadable.put(file, "is a link to nothing");
            } else if (isRuleFile(file) && attributes.isRegularFile()) {
                files.put(file, FileStamp.of(attributes));
            } else if (isRuleFile(file)) {
                unreadable.put(file, "is no regular file");
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            fail(file, e);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
            if (e != null) {
                fail(directory, e);
            }
            return FileVisitResult.CONTINUE;
        }

        /** A file that goes away while it is looked at is not there. */
        private void fail(Path file, IOException e) {
            boolean gone = e instanceof NoSuchFileException;
            if (file.equals(root)) {
                unreadable.put(file, gone ? "does not exist" : reasonOf(e));
            } else if (e instanceof FileSystemLoopException) {
                unreadable.put(file, "is a link to a directory that holds it");
            } else if (!gone && !isHidden(file)) {
                unreadable.put(file, reasonOf(e));
            }
        }

        private static boolean isHidden(Path file) {
            return file.getFileName().toString().startsWith(".");
        }

        private static boolean isRuleFile(Path file) {
            String name = file.getFileName().toString();
            return !isHidden(file)
                    && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
        }
    }
}

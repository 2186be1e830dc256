package io.opensergo.rulefiles;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * One walk over a directory and those below it, through symbolic links too.
 *
 * <p>A real directory is looked into once, however many links lead to it: directories that link to
 * each other would otherwise be looked into once for each way through them. The path without a link
 * counts, or else the first in the order of paths. A link to a directory that holds the root is not
 * followed, and of directories that are there by links no more than {@value #MAX_LINKED} are looked
 * into, so that a link to something large holds up nobody.
 */
final class DirectoryWalk {

    private static final int MAX_LINKED = 10_000;

    private final Path root;
    private final DirectoryListing listing;
    private final Map<Object, Path> seen = new HashMap<>();
    private final Deque<Path> directories = new ArrayDeque<>();
    private final PriorityQueue<Path> links = new PriorityQueue<>();
    private @Nullable Path realRoot;
    private boolean throughLinks;
    private final int maxLinked;
    private int linked;

    DirectoryWalk(Path root, DirectoryListing listing) {
        this(root, listing, MAX_LINKED);
    }

    /**
     * @param maxLinked how many directories that are there by links are looked into
     */
    DirectoryWalk(Path root, DirectoryListing listing, int maxLinked) {
        this.root = root;
        this.listing = listing;
        this.maxLinked = maxLinked;
    }

    /** Returns whether a name is that of a rule file: not hidden, and with an extension of one. */
    static boolean isRuleFile(Path file) {
        if (isHidden(file)) {
            return false;
        }
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }

    private static boolean isHidden(Path file) {
        return file.getFileName().toString().startsWith(".");
    }

    void run() {
        enter(root, false);
        while (!directories.isEmpty() || !links.isEmpty()) {
            if (!directories.isEmpty()) {
                list(directories.removeLast());
            } else {
                throughLinks = true;
                enter(links.remove(), true);
            }
        }
        reportBeyond();
    }

    /** One problem for all of them: whoever has made one such link may have made any number. */
    private void reportBeyond() {
        int count = listing.beyond().size();
        if (count > 0) {
            listing.unreadable()
                    .put(
                            listing.beyond().first(),
                            "is the first of "
                                    + count
                                    + " directories that are not looked into, since there are more"
                                    + " than "
                                    + maxLinked
                                    + " behind links");
        }
    }

    /** Takes a directory for one to be looked into, unless that was done or must not be. */
    private void enter(Path directory, boolean isLink) {
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(directory, BasicFileAttributes.class);
            if (!attributes.isDirectory()) {
                listing.unreadable().put(directory, "is no directory");
                return;
            }
            String reason = isLink ? reasonToSkip(directory) : null;
            if (reason != null) {
                listing.skipped().put(directory, reason);
                return;
            }
            visit(directory, attributes);
        } catch (IOException e) {
            fail(directory, e);
        }
    }

    private void visit(Path directory, BasicFileAttributes attributes) throws IOException {
        Path before = seen.putIfAbsent(keyOf(directory, attributes), directory);
        if (before != null) {
            listing.skipped()
                    .put(directory, "is a link to a directory whose files are read as " + before);
            return;
        }
        if (throughLinks && ++linked > maxLinked) {
            listing.beyond().add(directory);
            return;
        }
        FileTime modified = attributes.lastModifiedTime();
        listing.directories()
                .put(directory, directory.equals(root) ? orOfLink(modified) : modified);
        directories.addLast(directory);
    }

    private static Object keyOf(Path directory, BasicFileAttributes attributes) throws IOException {
        Object key = attributes.fileKey();
        return key == null ? directory.toRealPath() : key;
    }

    private @Nullable String reasonToSkip(Path link) throws IOException {
        Path top = realRoot;
        if (top == null) {
            top = root.toRealPath();
            realRoot = top;
        }
        return top.startsWith(link.toRealPath()) ? "is a link to a directory that holds it" : null;
    }

    private void list(Path directory) {
        List<Path> below = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!isHidden(entry)) {
                    look(entry, below);
                }
            }
        } catch (DirectoryIteratorException e) {
            fail(directory, Objects.requireNonNull(e.getCause(), "always an IOException"));
        } catch (IOException e) {
            fail(directory, e);
        }
        Collections.sort(below, Collections.reverseOrder());
        below.forEach(each -> enter(each, false));
    }

    private void look(Path entry, List<Path> below) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(entry, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                (Files.isSymbolicLink(entry) ? links : below).add(entry);
            } else if (isRuleFile(entry)) {
                if (attributes.isRegularFile()) {
                    listing.files().put(entry, FileStamp.of(attributes));
                } else {
                    listing.unreadable().put(entry, "is no regular file");
                }
            }
        } catch (IOException e) {
            failToLook(entry, e);
        }
    }

    /** A link to nothing is there, unlike a file that goes away while it is looked at. */
    private void failToLook(Path entry, IOException e) {
        boolean toNothing = e instanceof NoSuchFileException && Files.isSymbolicLink(entry);
        if (toNothing && isRuleFile(entry)) {
            listing.unreadable().put(entry, "is a link to nothing");
        } else {
            fail(entry, e);
        }
    }

    private void fail(Path path, IOException e) {
        boolean gone = e instanceof NoSuchFileException;
        if (path.equals(root)) {
            listing.unreadable().put(path, gone ? "does not exist" : reasonOf(e));
        } else if (!gone) {
            listing.unreadable().put(path, reasonOf(e));
        }
    }

    private static String reasonOf(IOException e) {
        return e instanceof NotDirectoryException
                ? "is no directory"
                : DirectoryListing.reasonOf(e);
    }

    /**
     * A link to the root that is swapped makes no directory newer that is looked into, unlike one
     * below it; its own time does.
     */
    private FileTime orOfLink(FileTime modified) {
        try {
            FileTime ofLink = Files.getLastModifiedTime(root, LinkOption.NOFOLLOW_LINKS);
            return ofLink.compareTo(modified) > 0 ? ofLink : modified;
        } catch (IOException e) {
            return modified; // gone since; the walk will fail on it and report that
        }
    }
}

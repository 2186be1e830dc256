package io.opensergo.rulerepository;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Changes several files as one.
 *
 * <p>First all that needs room is written beside the files, under names that begin with a dot and
 * that no follower of the directory reads: the new contents, and the old ones to go back to. Then
 * the files change by renames alone, for which a full disk has room.
 */
final class FileBatch {

    private static final String NEW = ".new";
    private static final String OLD = ".old";

    private final FileOperations files;
    private final List<FileChange> changes;
    private final List<FileChange> applied = new ArrayList<>();

    FileBatch(FileOperations files, List<FileChange> changes) {
        this.files = files;
        this.changes = changes;
    }

    /** Writes beside each file what it will hold and what it holds. */
    void prepare() throws IOException {
        for (FileChange change : changes) {
            byte[] before = change.before();
            byte[] after = change.after();
            if (after != null) {
                files.write(beside(change.file(), NEW), after);
            }
            if (before != null) {
                files.write(beside(change.file(), OLD), before);
                files.copyRights(change.file(), beside(change.file(), OLD));
            }
            if (before != null && after != null) {
                files.copyRights(change.file(), beside(change.file(), NEW));
            }
        }
    }

    /** Returns whether each file still holds what it held when the batch was made. */
    boolean isCurrent() throws IOException {
        for (FileChange change : changes) {
            if (!Arrays.equals(files.read(change.file()), change.before())) {
                return false;
            }
        }
        return true;
    }

    /** Changes the files. */
    void apply() throws IOException {
        for (FileChange change : changes) {
            applied.add(change);
            if (change.after() == null) {
                files.delete(change.file());
            } else {
                files.move(beside(change.file(), NEW), change.file());
            }
        }
    }

    /** Changes those files back that were changed. */
    void rollBack() throws IOException {
        for (FileChange change : applied) {
            if (change.before() == null) {
                files.delete(change.file());
            } else if (!Arrays.equals(files.read(change.file()), change.before())) {
                files.move(beside(change.file(), OLD), change.file());
            }
        }
        applied.clear();
    }

    /** Removes what was written beside the files. */
    void discard() throws IOException {
        for (FileChange change : changes) {
            files.delete(beside(change.file(), NEW));
            files.delete(beside(change.file(), OLD));
        }
    }

    private static Path beside(Path file, String suffix) {
        byte[] hash = RuleText.sha256(file.getFileName().toString().getBytes(RuleText.UTF_8));
        return file.resolveSibling(".opensergo-" + RuleText.hex(hash, 8) + suffix);
    }
}

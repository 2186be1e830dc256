package io.opensergo.gitrepository;

import io.opensergo.rulerepository.ReadOnlyRepositoryException;
import io.opensergo.rulerepository.RuleChange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.DirCacheIterator;
import org.eclipse.jgit.errors.LockFailedException;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.FileTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.TreeWalk.OperationType;
import org.eclipse.jgit.treewalk.WorkingTreeIterator;
import org.eclipse.jgit.treewalk.filter.PathFilterGroup;
import org.jspecify.annotations.Nullable;

/**
 * Commits some files and nothing else.
 *
 * <p>The tree of the commit is that of HEAD with the files in it; what is staged of other files
 * stays staged and is not in it. The lock of the index is held from the beginning to the end, as
 * Git does.
 */
final class CommitWriter {

    private static final int LOCK_ATTEMPTS = 80;
    private static final long LOCK_PAUSE_MILLIS = 25;

    private final Repository git;

    CommitWriter(Repository git) {
        this.git = git;
    }

    /**
     * A file as it is committed.
     *
     * @param blob its content as Git keeps it
     */
    private record Blob(ObjectId blob, FileMode mode, long length, Instant modified) {}

    RuleChange write(RuleChange change, List<Path> files) throws IOException {
        List<String> paths = new ArrayList<>();
        for (Path file : files) {
            paths.add(pathOf(file));
        }
        DirCache index = lockIndex();
        try (ObjectInserter inserter = git.newObjectInserter()) {
            Map<String, @Nullable Blob> blobs = blobs(paths, index, inserter);
            RuleChange kept = commit(change, blobs, inserter);
            edit(index, blobs);
            index.write();
            if (!index.commit()) {
                throw new IOException("the index of " + git.getWorkTree() + " cannot be written");
            }
            return kept;
        } finally {
            index.unlock();
        }
    }

    private String pathOf(Path file) throws IOException {
        Path workTree = git.getWorkTree().toPath().toRealPath();
        Path absolute = file.toAbsolutePath();
        Path folder = Objects.requireNonNull(absolute.getParent(), "a file is in a directory");
        Path real = folder.toRealPath().resolve(absolute.getFileName());
        if (!real.startsWith(workTree)) {
            throw new ReadOnlyRepositoryException(
                    file
                            + " is outside of the Git work tree "
                            + workTree
                            + ", so that no change of it can be kept: edit it by hand");
        }
        return workTree.relativize(real).toString().replace('\\', '/');
    }

    /** Waits a little for another Git; a lock that a crash has left behind is named. */
    private DirCache lockIndex() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return git.lockDirCache();
            } catch (LockFailedException e) {
                if (attempt == LOCK_ATTEMPTS) {
                    throw new IOException(
                            "another Git holds "
                                    + git.getIndexFile()
                                    + ".lock: let it finish, or delete that file if none is running",
                            e);
                }
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(LOCK_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for Git", e);
        }
    }

    /** Stores the files, with line ends as Git's attributes want them; null is a deleted file. */
    private Map<String, @Nullable Blob> blobs(
            List<String> paths, DirCache index, ObjectInserter inserter) throws IOException {
        Map<String, @Nullable Blob> blobs = new LinkedHashMap<>();
        paths.forEach(path -> blobs.put(path, null));
        try (TreeWalk walk = new TreeWalk(git)) {
            walk.setOperationType(OperationType.CHECKIN_OP);
            walk.addTree(new DirCacheIterator(index));
            var workTree = new FileTreeIterator(git);
            walk.addTree(workTree);
            workTree.setDirCacheIterator(walk, 0);
            walk.setRecursive(true);
            walk.setFilter(PathFilterGroup.createFromStrings(paths));
            while (walk.next()) {
                WorkingTreeIterator file = walk.getTree(1, WorkingTreeIterator.class);
                if (file != null && blobs.containsKey(walk.getPathString())) {
                    requireNotIgnored(walk, file);
                    blobs.put(walk.getPathString(), blob(walk, file, inserter));
                }
            }
        }
        for (String path : paths) {
            boolean there = Files.exists(git.getWorkTree().toPath().resolve(path));
            if (there && blobs.get(path) == null) {
                throw unkept(path, "is ignored by Git, or belongs to a Git repository below");
            }
        }
        inserter.flush();
        return blobs;
    }

    private void requireNotIgnored(TreeWalk walk, WorkingTreeIterator file) throws IOException {
        boolean tracked = walk.getTree(0, DirCacheIterator.class) != null;
        if (!tracked && file.isEntryIgnored()) {
            throw unkept(walk.getPathString(), "is ignored by Git");
        }
    }

    private ReadOnlyRepositoryException unkept(String path, String why) {
        return new ReadOnlyRepositoryException(
                path + " " + why + ", so that no change of it can be kept in " + git.getWorkTree());
    }

    private static Blob blob(TreeWalk walk, WorkingTreeIterator file, ObjectInserter inserter)
            throws IOException {
        long length = file.getEntryContentLength();
        try (InputStream in = file.openEntryStream()) {
            ObjectId id = inserter.insert(Constants.OBJ_BLOB, length, in);
            DirCacheIterator before = walk.getTree(0, DirCacheIterator.class);
            FileMode mode = file.getIndexFileMode(before);
            return new Blob(id, mode, file.getEntryLength(), file.getEntryLastModifiedInstant());
        }
    }

    private RuleChange commit(
            RuleChange change, Map<String, @Nullable Blob> blobs, ObjectInserter inserter)
            throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            for (int attempt = 1; ; attempt++) {
                ObjectId head = git.resolve(Constants.HEAD);
                RevCommit parent = head == null ? null : walk.parseCommit(head);
                ObjectId tree = tree(parent, blobs, inserter);
                if (parent != null && parent.getTree().equals(tree) && isOf(change, parent)) {
                    return kept(change, parent); // committed before a crash
                }
                ObjectId id = insert(change, parent, tree, inserter);
                if (advance(head, id, change)) {
                    return kept(change, walk.parseCommit(id));
                }
                if (attempt == LOCK_ATTEMPTS) {
                    throw new IOException("the branch of " + git.getWorkTree() + " goes on moving");
                }
                pause();
            }
        }
    }

    private static boolean isOf(RuleChange change, RevCommit commit) {
        Instant time = change.time().truncatedTo(ChronoUnit.SECONDS);
        return commit.getFullMessage().equals(CommitText.message(change))
                && commit.getAuthorIdent().equals(CommitText.author(change, time));
    }

    private static RuleChange kept(RuleChange change, RevCommit commit) {
        return new RuleChange(
                commit.name(),
                CommitText.author(commit.getAuthorIdent()),
                CommitText.message(commit),
                CommitText.origin(commit),
                commit.getCommitterIdent().getWhenAsInstant(),
                change.entries());
    }

    private ObjectId tree(
            @Nullable RevCommit parent, Map<String, @Nullable Blob> blobs, ObjectInserter inserter)
            throws IOException {
        DirCache tree = DirCache.newInCore();
        if (parent != null) {
            DirCacheBuilder builder = tree.builder();
            builder.addTree(
                    new byte[0], DirCacheEntry.STAGE_0, git.newObjectReader(), parent.getTree());
            builder.finish();
        }
        edit(tree, blobs);
        return tree.writeTree(inserter);
    }

    private static void edit(DirCache index, Map<String, @Nullable Blob> blobs) {
        DirCacheEditor editor = index.editor();
        blobs.forEach(
                (path, blob) ->
                        editor.add(
                                blob == null
                                        ? new DirCacheEditor.DeletePath(path)
                                        : new Put(path, blob)));
        editor.finish();
    }

    private static final class Put extends DirCacheEditor.PathEdit {

        private final Blob blob;

        Put(String path, Blob blob) {
            super(path);
            this.blob = blob;
        }

        @Override
        public void apply(DirCacheEntry entry) {
            entry.setFileMode(blob.mode());
            entry.setObjectId(blob.blob());
            entry.setLength(blob.length());
            entry.setLastModified(blob.modified());
        }
    }

    private ObjectId insert(
            RuleChange change, @Nullable RevCommit parent, ObjectId tree, ObjectInserter inserter)
            throws IOException {
        var commit = new CommitBuilder();
        Instant time = change.time().truncatedTo(ChronoUnit.SECONDS);
        commit.setTreeId(tree);
        if (parent != null) {
            commit.setParentId(parent);
        }
        commit.setAuthor(CommitText.author(change, time));
        commit.setCommitter(new PersonIdent(new PersonIdent(git), time));
        commit.setMessage(CommitText.message(change));
        ObjectId id = inserter.insert(commit);
        inserter.flush();
        return id;
    }

    /** Returns whether the branch was where it was expected. */
    private boolean advance(@Nullable ObjectId head, ObjectId commit, RuleChange change)
            throws IOException {
        RefUpdate update = git.updateRef(Constants.HEAD);
        update.setNewObjectId(commit);
        update.setExpectedOldObjectId(head == null ? ObjectId.zeroId() : head);
        update.setRefLogMessage(
                "commit: " + change.message().lines().findFirst().orElse(""), false);
        return switch (update.update()) {
            case NEW, FAST_FORWARD, FORCED -> true;
            case LOCK_FAILURE, REJECTED -> false;
            default -> throw new IOException("the branch cannot be moved: " + update.getResult());
        };
    }
}

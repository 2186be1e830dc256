package io.opensergo.gitrepository;

import io.opensergo.rulerepository.DirectoryHistory;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryState;
import org.jspecify.annotations.Nullable;

/** The history of a directory in a Git work tree. */
final class GitHistory implements DirectoryHistory {

    private final Repository git;
    private final CommitWriter writer;
    private final CommitReader reader;

    GitHistory(Repository git, Path directory, RuleReader rules) {
        this.git = git;
        this.writer = new CommitWriter(git);
        this.reader = new CommitReader(git, directory, rules);
    }

    /** In the Git directory, where it is in nobody's way and in nobody's status. */
    @Override
    public Path stateDirectory() {
        return git.getDirectory().toPath().resolve("opensergo");
    }

    @Override
    public @Nullable String readOnlyReason() {
        RepositoryState state = git.getRepositoryState();
        if (state != RepositoryState.SAFE) {
            return "the Git repository "
                    + git.getWorkTree()
                    + " is in the middle of something ("
                    + state.getDescription()
                    + "): finish it or abort it, as 'git status' says";
        }
        try {
            Ref head = git.exactRef(Constants.HEAD);
            if (head == null || !head.isSymbolic()) {
                return "the Git repository "
                        + git.getWorkTree()
                        + " is on no branch (detached HEAD), and commits would be lost with the"
                        + " next checkout: check out a branch";
            }
            if (DirCache.read(git).hasUnmergedPaths()) {
                return "the index of the Git repository "
                        + git.getWorkTree()
                        + " has conflicts: resolve them, as 'git status' says";
            }
            return null;
        } catch (IOException e) {
            return "the Git repository " + git.getWorkTree() + " cannot be read: " + e.getMessage();
        }
    }

    @Override
    public RuleChange record(RuleChange change, List<Path> files) throws IOException {
        return writer.write(change, files);
    }

    @Override
    public List<RuleChange> read(HistoryQuery query) throws IOException {
        return reader.read(query);
    }
}

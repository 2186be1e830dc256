package io.opensergo.gitrepository;

import io.opensergo.rulerepository.DirectoryRuleRepository;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The rule files of a directory in a Git work tree as a repository. Files are read and edited as by
 * {@link DirectoryRuleRepository}; each change is a commit, and the history is that of the branch.
 *
 * <p><b>Commits</b> hold the files that the edit touches as they are, so also what was edited in
 * them by hand and not committed. Other files, and what is staged of them, are left alone. The
 * author is that of the edit, the committer the user of Git's configuration, the origin a trailer.
 * No hook runs and nothing is signed, whatever {@code commit.gpgSign} says. Nothing is fetched or
 * pushed: whoever does so in the work tree changes files, as an edit by hand does, and has commits
 * in the history.
 *
 * <p><b>Read only</b> in the middle of a merge, rebase, cherry-pick, revert or bisect, while the
 * index has conflicts, and with a detached HEAD, since its commits are lost with the next checkout.
 * Files that Git ignores, and those outside of the work tree, cannot be changed.
 *
 * <p><b>History</b>: the commits of the branch, without merges, that changed documents in files of
 * the directory, by whomever. A document in a file that was renamed is there before and after.
 */
public final class GitRuleRepository implements RuleRepository {

    private final DirectoryRuleRepository files;
    private final Repository git;

    private GitRuleRepository(DirectoryRuleRepository files, Repository git) {
        this.files = files;
        this.git = git;
    }

    /**
     * Opens a directory: with the history of Git where it is in a work tree, and as a {@link
     * DirectoryRuleRepository} with a history of its own where it is not.
     *
     * @param reader decides what is a rule
     * @throws UncheckedIOException if the Git repository cannot be read, or a change that a crash
     *     has interrupted cannot be completed
     */
    public static RuleRepository openDirectory(Path directory, RuleReader reader) {
        try {
            Repository git = find(directory);
            return git == null
                    ? DirectoryRuleRepository.open(directory, reader)
                    : open(directory, reader, git);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the Git repository of " + directory + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static RuleRepository open(Path directory, RuleReader reader, Repository git)
            throws IOException {
        try {
            var history = new GitHistory(git, directory.toRealPath(), reader);
            return new GitRuleRepository(
                    DirectoryRuleRepository.open(directory, reader, history), git);
        } catch (IOException | RuntimeException | Error e) {
            git.close();
            throw e;
        }
    }

    private static @Nullable Repository find(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return null;
        }
        var builder = new FileRepositoryBuilder();
        builder.findGitDir(directory.toRealPath().toFile());
        if (builder.getGitDir() == null) {
            return null;
        }
        Repository git = builder.setMustExist(true).build();
        if (git.isBare()) {
            git.close();
            return null;
        }
        return git;
    }

    @Override
    public String name() {
        return files.name() + " in Git";
    }

    @Override
    public @Nullable String readOnlyReason() {
        return files.readOnlyReason();
    }

    @Override
    public List<StoredRule> rules() {
        return files.rules();
    }

    @Override
    public List<Problem> problems() {
        return files.problems();
    }

    @Override
    public Optional<StoredRule> find(RuleId id) {
        return files.find(id);
    }

    @Override
    public RuleChange commit(RuleEdit edit) {
        return files.commit(edit);
    }

    @Override
    public List<RuleChange> history(HistoryQuery query) {
        return files.history(query);
    }

    @Override
    public void close() {
        files.close();
        git.close();
    }
}

package io.opensergo.gitrepository;

import static io.opensergo.rulerepository.TestRules.id;
import static io.opensergo.rulerepository.TestRules.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.ReadOnlyRepositoryException;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleConflictException;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.MergeResult;
import org.eclipse.jgit.api.Status;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is different where a directory is in a Git work tree. */
class GitRuleRepositoryTest {

    @TempDir private Path workTree;
    private Git git;
    private RuleRepository repository;

    @BeforeEach
    void init() throws Exception {
        git = Git.init().setDirectory(workTree.toFile()).setInitialBranch("main").call();
        StoredConfig config = git.getRepository().getConfig();
        config.setString("user", null, "name", "Console");
        config.setString("user", null, "email", "console@shop.example");
        config.setString("core", null, "autocrlf", "false");
        config.setBoolean("commit", null, "gpgSign", false);
        config.save();
        write("README.md", "rules of the shop\n");
        write("shop.yaml", limit("a", 1) + "---\n" + limit("b", 1));
        commitAll("first");
        repository = GitRuleRepository.openDirectory(workTree, RuleReader.strict());
    }

    @AfterEach
    void close() {
        repository.close();
        git.close();
    }

    private Path write(String name, String content) throws IOException {
        Path file = workTree.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private RevCommit commitAll(String message) throws GitAPIException {
        git.add().addFilepattern(".").call();
        git.add().setUpdate(true).addFilepattern(".").call();
        return git.commit().setMessage(message).setAuthor("Dev", "dev@shop.example").call();
    }

    private static RuleEdit replaceA(int from, int to) {
        return RuleEdit.by("Ann <ann@shop.example>")
                .message("for the sale")
                .replace(limit("a", to), StoredRule.revisionOf(limit("a", from)))
                .build();
    }

    private List<RevCommit> log() throws GitAPIException {
        List<RevCommit> commits = new ArrayList<>();
        git.log().call().forEach(commits::add);
        return commits;
    }

    @Test
    void aChangeIsOneCommitByItsAuthorAndLeavesACleanWorkTree() throws Exception {
        RuleChange change = repository.commit(replaceA(1, 2));

        RevCommit commit = log().get(0);
        assertThat(change.id()).isEqualTo(commit.name());
        assertThat(commit.getFullMessage()).isEqualTo("for the sale\n");
        assertThat(commit.getAuthorIdent().getName()).isEqualTo("Ann");
        assertThat(commit.getAuthorIdent().getEmailAddress()).isEqualTo("ann@shop.example");
        assertThat(commit.getCommitterIdent().getName()).isEqualTo("Console");
        assertThat(log()).hasSize(2);
        assertThat(git.status().call().isClean()).isTrue();
        assertThat(repository.name()).isEqualTo("directory " + workTree + " in Git");
    }

    @Test
    void commitsOfOthersAreInTheHistory() throws Exception {
        write("more.yaml", limit("c", 1));
        write("README.md", "not a rule\n");
        commitAll("by hand");
        write("README.md", "still no rule\n");
        commitAll("no rule");

        List<RuleChange> history = repository.history(HistoryQuery.latest(10));

        assertThat(history).extracting(RuleChange::message).containsExactly("by hand", "first");
        assertThat(history.get(0).author()).isEqualTo("Dev <dev@shop.example>");
        assertThat(history.get(0).entries())
                .containsExactly(new RuleChange.Entry(id("c"), null, limit("c", 1)));
        assertThat(repository.history(HistoryQuery.latest(10).of(id("a"))))
                .extracting(RuleChange::message)
                .containsExactly("first");
    }

    @Test
    void whatIsStagedOfOtherFilesStaysStagedAndIsNotCommitted() throws Exception {
        write("README.md", "staged\n");
        git.add().addFilepattern("README.md").call();
        write("notes.txt", "untracked\n");

        repository.commit(replaceA(1, 2));

        Status status = git.status().call();
        assertThat(status.getChanged()).containsExactly("README.md");
        assertThat(status.getUntracked()).containsExactly("notes.txt");
        assertThat(status.getModified()).isEmpty();
    }

    @Test
    void deletedAndNewFilesAreCommitted() throws Exception {
        write("one.yaml", limit("c", 1).replace("app: shop", "app: cart"));
        commitAll("cart");

        repository.commit(
                RuleEdit.by("ann")
                        .delete(
                                id("c"),
                                StoredRule.revisionOf(
                                        limit("c", 1).replace("app: shop", "app: cart")))
                        .create(limit("d", 1).replace("app: shop", "app: other"))
                        .build());

        assertThat(git.status().call().isClean()).isTrue();
        assertThat(workTree.resolve("one.yaml")).doesNotExist();
        assertThat(workTree.resolve("other.yaml")).exists();
    }

    @Test
    void aDirectoryBelowTheWorkTreeKnowsOnlyItsOwnFiles() throws Exception {
        write("deploy/rules/cart.yaml", limit("c", 1));
        commitAll("cart");
        try (RuleRepository below =
                GitRuleRepository.openDirectory(
                        workTree.resolve("deploy/rules"), RuleReader.strict())) {
            below.commit(
                    RuleEdit.by("ann")
                            .replace(limit("c", 2), StoredRule.revisionOf(limit("c", 1)))
                            .build());

            assertThat(below.rules()).extracting(StoredRule::id).containsExactly(id("c"));
            assertThat(below.history(HistoryQuery.latest(9)))
                    .extracting(RuleChange::message)
                    .containsExactly("change RateLimitStrategy default/c", "cart");
        }
        assertThat(git.status().call().isClean()).isTrue();
    }

    @Test
    void whatSomebodyPullsIsThereAtOnce(@TempDir Path elsewhere) throws Exception {
        Path bare = elsewhere.resolve("bare");
        Git.cloneRepository()
                .setBare(true)
                .setURI(workTree.toUri().toString())
                .setDirectory(bare.toFile())
                .call()
                .close();
        try (Git other =
                Git.cloneRepository()
                        .setURI(bare.toUri().toString())
                        .setDirectory(elsewhere.resolve("other").toFile())
                        .call()) {
            Files.writeString(
                    elsewhere.resolve("other/shop.yaml"), limit("a", 77) + "---\n" + limit("b", 1));
            other.add().addFilepattern(".").call();
            other.commit()
                    .setMessage("pushed")
                    .setAuthor("Bob", "bob@shop.example")
                    .setSign(false)
                    .call();
            other.push().call();
        }

        git.remoteAdd().setName("origin").setUri(new URIish(bare.toUri().toString())).call();
        git.pull().setRemote("origin").setRemoteBranchName("main").call();

        assertThat(repository.find(id("a")).orElseThrow().text()).isEqualTo(limit("a", 77));
        assertThat(repository.history(HistoryQuery.latest(1)).get(0).message()).isEqualTo("pushed");
        assertThatThrownBy(() -> repository.commit(replaceA(1, 2)))
                .isInstanceOf(RuleConflictException.class);
        repository.commit(replaceA(77, 2));
        assertThat(git.status().call().isClean()).isTrue();
    }

    @Test
    void theMiddleOfAMergeIsReadOnly() throws Exception {
        git.branchCreate().setName("other").call();
        write("shop.yaml", limit("a", 5) + "---\n" + limit("b", 1));
        commitAll("here");
        git.checkout().setName("other").call();
        write("shop.yaml", limit("a", 6) + "---\n" + limit("b", 1));
        commitAll("there");
        MergeResult merge = git.merge().include(git.getRepository().resolve("main")).call();
        assertThat(merge.getMergeStatus()).isEqualTo(MergeResult.MergeStatus.CONFLICTING);
        String before = Files.readString(workTree.resolve("shop.yaml"));

        assertThat(repository.readOnlyReason())
                .contains("in the middle of something")
                .contains("git status");
        assertThatThrownBy(
                        () -> repository.commit(RuleEdit.by("ann").create(limit("z", 1)).build()))
                .isInstanceOf(ReadOnlyRepositoryException.class);
        assertThat(workTree.resolve("shop.yaml")).content().isEqualTo(before);

        write("shop.yaml", limit("a", 7) + "---\n" + limit("b", 1));
        commitAll("merged");
        assertThat(repository.readOnlyReason()).isNull();
        repository.commit(replaceA(7, 8));
    }

    @Test
    void anIndexWithConflictsIsReadOnly() throws Exception {
        write("shop.yaml", limit("a", 5) + "---\n" + limit("b", 1));
        git.stashCreate().call();
        write("shop.yaml", limit("a", 6) + "---\n" + limit("b", 1));
        commitAll("here");
        assertThatThrownBy(() -> git.stashApply().call()).isInstanceOf(GitAPIException.class);

        assertThat(repository.readOnlyReason()).contains("conflicts");
    }

    @Test
    void aDetachedHeadIsReadOnly() throws Exception {
        git.checkout().setName(log().get(0).name()).call();

        assertThat(repository.readOnlyReason())
                .contains("on no branch")
                .contains("check out a branch");
        assertThat(repository.rules()).hasSize(2);
        assertThat(repository.history(HistoryQuery.latest(1))).hasSize(1);
    }

    @Test
    void aFileThatGitIgnoresIsNotChanged() throws Exception {
        write(".gitignore", "local/\n");
        write("local/mine.yaml", limit("c", 1).replace("app: shop", "app: mine"));
        String revision = repository.find(id("c")).orElseThrow().revision();

        assertThatThrownBy(
                        () ->
                                repository.commit(
                                        RuleEdit.by("ann")
                                                .delete(id("c"), revision)
                                                .create(
                                                        limit("q", 1)
                                                                .replace("app: shop", "app: mine"))
                                                .build()))
                .isInstanceOf(ReadOnlyRepositoryException.class)
                .hasMessageContaining("local/mine.yaml is ignored by Git");
        assertThat(repository.find(id("c")).orElseThrow().revision()).isEqualTo(revision);
    }

    /** As JGit's own commands fail for users, for ever after one crash. */
    @Test
    void anIndexThatSomebodyLeftLockedIsNamedAndNothingChanges() throws Exception {
        Path lock = Files.createFile(workTree.resolve(".git/index.lock"));

        assertThatThrownBy(() -> repository.commit(replaceA(1, 2)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("index.lock")
                .hasMessageContaining("delete that file if none is running");
        assertThat(repository.find(id("a")).orElseThrow().text()).isEqualTo(limit("a", 1));
        assertThat(log()).hasSize(1);

        Files.delete(lock);
        repository.commit(replaceA(1, 2));
        assertThat(git.status().call().isClean()).isTrue();
    }

    /** As a library whose commits turned every line of such files. */
    @Test
    void lineEndsOfWindowsThatAreCommittedStayCommitted() throws Exception {
        write("shop.yaml", (limit("a", 1) + "---\n" + limit("b", 1)).replace("\n", "\r\n"));
        commitAll("windows");
        git.getRepository()
                .getConfig()
                .setString("core", null, ConfigConstants.CONFIG_KEY_AUTOCRLF, "true");
        git.getRepository().getConfig().save();

        repository.commit(replaceA(1, 2));

        assertThat(workTree.resolve("shop.yaml"))
                .content()
                .isEqualTo((limit("a", 2) + "---\n" + limit("b", 1)).replace("\n", "\r\n"));
        assertThat(committed("shop.yaml"))
                .isEqualTo((limit("a", 2) + "---\n" + limit("b", 1)).replace("\n", "\r\n"));
        assertThat(repository.history(HistoryQuery.latest(1)).get(0).entries())
                .containsExactly(new RuleChange.Entry(id("a"), limit("a", 1), limit("a", 2)));
    }

    private String committed(String path) throws IOException {
        var tree = git.getRepository().parseCommit(git.getRepository().resolve("HEAD")).getTree();
        try (var walk = TreeWalk.forPath(git.getRepository(), path, tree)) {
            return new String(
                    git.getRepository().open(walk.getObjectId(0)).getBytes(),
                    StandardCharsets.UTF_8);
        }
    }

    @Test
    void aCommitThatIsRecordedAgainAfterACrashIsOne() throws Exception {
        RuleChange change = repository.commit(replaceA(1, 2));

        RuleChange again =
                new CommitWriter(git.getRepository())
                        .write(change, List.of(workTree.resolve("shop.yaml")));

        assertThat(again.id()).isEqualTo(change.id());
        assertThat(log()).hasSize(2);
    }

    @Test
    void puttingBackWhatWasEditedByHandAndNotCommittedIsACommitOfItsOwn() throws Exception {
        write("shop.yaml", limit("a", 9) + "---\n" + limit("b", 1));

        RuleChange change = repository.commit(replaceA(9, 1));

        assertThat(log()).hasSize(2);
        assertThat(change.id()).isEqualTo(log().get(0).name());
        assertThat(change.author()).isEqualTo("Ann <ann@shop.example>");
        assertThat(git.status().call().isClean()).isTrue();
    }

    @Test
    void whereThereIsNoGitTheDirectoryKeepsItsOwnHistory(@TempDir Path plain) {
        try (RuleRepository other = GitRuleRepository.openDirectory(plain, RuleReader.strict())) {
            other.commit(RuleEdit.by("ann").create(limit("a", 1)).build());
        }

        assertThat(plain.resolve(".opensergo/history.jsonl")).exists();
    }
}

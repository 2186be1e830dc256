package io.opensergo.gitrepository;

import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.RuleRepositoryContract;
import io.opensergo.rules.document.RuleReader;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.junit.jupiter.api.io.TempDir;

class GitRepositoryContractTest extends RuleRepositoryContract {

    @TempDir private Path directory;

    @Override
    protected RuleRepository create() throws GitAPIException {
        Git.init().setDirectory(directory.toFile()).call().close();
        return GitRuleRepository.openDirectory(directory, RuleReader.strict());
    }
}

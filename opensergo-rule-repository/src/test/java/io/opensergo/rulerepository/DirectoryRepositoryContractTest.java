package io.opensergo.rulerepository;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryRepositoryContractTest extends RuleRepositoryContract {

    @TempDir private Path directory;

    @Override
    protected RuleRepository create() {
        return DirectoryRuleRepository.open(directory);
    }
}

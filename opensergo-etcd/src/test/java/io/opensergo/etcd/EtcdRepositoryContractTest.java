package io.opensergo.etcd;

import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.RuleRepositoryContract;
import io.opensergo.rules.document.RuleReader;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class EtcdRepositoryContractTest extends RuleRepositoryContract {

    private static EtcdServer server;
    private static int repositories;

    @BeforeAll
    static void start(@TempDir Path directory) {
        server = EtcdServer.start(directory);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected RuleRepository create() {
        String prefix = "/test-" + repositories++;
        return EtcdRuleRepository.open(server.settings().withPrefix(prefix), RuleReader.strict());
    }
}

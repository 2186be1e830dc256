package io.opensergo.cli;

import io.opensergo.console.Console;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rulerepository.InMemoryRuleRepository;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.RuleRepositoryContract;
import io.opensergo.rules.document.RuleReader;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;

/** A repository by the HTTP API of a console keeps what each repository promises. */
class ConsoleRepositoryContractTest extends RuleRepositoryContract {

    private ControlPlane controlPlane;
    private Console console;

    @Override
    protected RuleRepository create() {
        controlPlane = ControlPlane.builder().port(0).source(new InMemoryRuleSource()).start();
        console =
                Console.builder(controlPlane)
                        .port(0)
                        .repository(new InMemoryRuleRepository())
                        .start();
        URI address = URI.create("http://localhost:" + console.port());
        return new ConsoleRuleRepository(
                new ConsoleConnection(address, null, null), RuleReader.strict());
    }

    @AfterEach
    void stop() {
        console.close();
        controlPlane.close();
    }

    /** The console names whom it knows, and nobody has shown anything. */
    @Override
    protected String authorInHistory(String named) {
        return "anybody on this machine";
    }

    @Override
    protected boolean isOriginInHistory(String found, String named) {
        return found.startsWith("127.0.0.1:");
    }
}

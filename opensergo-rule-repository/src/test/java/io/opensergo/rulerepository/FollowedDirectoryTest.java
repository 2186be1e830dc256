package io.opensergo.rulerepository;

import static io.opensergo.rulerepository.TestRules.id;
import static io.opensergo.rulerepository.TestRules.limit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rulefiles.RuleDirectory;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedDirectoryTest {

    private static final class Heard implements RuleDirectory.Listener {

        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void changed(
                Collection<? extends Rule> puts,
                Collection<RuleId> deletes,
                long revision,
                Map<RuleId, String> places) {
            puts.forEach(rule -> events.add("put " + rule.name()));
            deletes.forEach(rule -> events.add("delete " + rule.name()));
        }

        @Override
        public void problems(List<Problem> problems) {
            events.add(problems.toString());
        }

        String next() throws InterruptedException {
            return events.poll(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoFollowsTheDirectoryHearsOfEachChangeAndOfNoProblem(@TempDir Path directory)
            throws InterruptedException {
        var repository = DirectoryRuleRepository.open(directory);
        var heard = new Heard();
        try (var following =
                RuleDirectory.of(directory).withPollInterval(Duration.ofMillis(5)).follow(heard)) {
            repository.commit(RuleEdit.by("ann").create(limit("a", 1)).build());
            assertThat(heard.next()).isEqualTo("put a");

            String revision = StoredRule.revisionOf(limit("a", 1));
            repository.commit(RuleEdit.by("ann").replace(limit("a", 2), revision).build());
            assertThat(heard.next()).isEqualTo("put a");

            String newer = StoredRule.revisionOf(limit("a", 2));
            repository.commit(RuleEdit.by("ann").delete(id("a"), newer).build());
            assertThat(heard.next()).isEqualTo("delete a");
        }
    }
}

package io.opensergo.rulerepository;

import static io.opensergo.rulerepository.TestRules.id;
import static io.opensergo.rulerepository.TestRules.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.opensergo.rulerepository.RuleConflictException.Conflict;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleDocumentException;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every {@link RuleRepository} promises; its tests extend this. */
public abstract class RuleRepositoryContract {

    private RuleRepository repository;

    /** Returns a repository that is empty and can be written. */
    protected abstract RuleRepository create() throws Exception;

    /** Returns who stands in the history where an edit names this author. */
    protected String authorInHistory(String named) {
        return named;
    }

    /** Returns whether this is what stands in the history where an edit names an origin. */
    protected boolean isOriginInHistory(String found, String named) {
        return found.equals(named);
    }

    @BeforeEach
    void createRepository() throws Exception {
        repository = create();
    }

    @AfterEach
    void closeRepository() {
        repository.close();
    }

    private StoredRule stored(String name) {
        return repository.find(id(name)).orElseThrow();
    }

    private static RuleEdit.Builder ann() {
        return RuleEdit.by("ann").message("for the sale");
    }

    private RuleChange create(String... names) {
        RuleEdit.Builder edit = ann();
        for (String name : names) {
            edit.create(limit(name, 10));
        }
        return repository.commit(edit.build());
    }

    @Nested
    class Rules {

        @Test
        void isEmptyAndWritableAtFirst() {
            assertThat(repository.rules()).isEmpty();
            assertThat(repository.problems()).isEmpty();
            assertThat(repository.readOnlyReason()).isNull();
            assertThat(repository.history(HistoryQuery.latest(10))).isEmpty();
            assertThat(repository.find(id("a"))).isEmpty();
            assertThat(repository.name()).isNotBlank();
        }

        @Test
        void keepsTheTextThatWasWritten() {
            create("a");

            StoredRule stored = stored("a");
            assertThat(stored.text()).isEqualTo(limit("a", 10));
            assertThat(stored.revision())
                    .isEqualTo(StoredRule.revisionOf(limit("a", 10)))
                    .matches("[0-9a-f]{32}");
            assertThat(((RateLimitStrategy) stored.rule()).threshold()).isEqualTo(10);
            assertThat(stored.app()).isEqualTo("shop");
            assertThat(stored.place()).isNotBlank();
            assertThat(stored.readOnlyReason()).isNull();
            assertThat(repository.rules()).containsExactly(stored);
        }

        @Test
        void listsRulesInTheOrderOfTheirNames() {
            create("c", "a", "b");

            assertThat(repository.rules())
                    .extracting(StoredRule::id)
                    .containsExactly(id("a"), id("b"), id("c"));
        }

        @Test
        void replacesARuleThatIsAsExpected() {
            create("a", "b");

            repository.commit(ann().replace(limit("a", 20), stored("a").revision()).build());

            assertThat(stored("a").text()).isEqualTo(limit("a", 20));
            assertThat(stored("b").text()).isEqualTo(limit("b", 10));
        }

        @Test
        void deletesARuleThatIsAsExpected() {
            create("a", "b");

            repository.commit(ann().delete(id("a"), stored("a").revision()).build());

            assertThat(repository.rules()).extracting(StoredRule::id).containsExactly(id("b"));
        }

        @Test
        void renamesARuleInOneBatch() {
            create("a");

            RuleChange change =
                    repository.commit(
                            ann().delete(id("a"), stored("a").revision())
                                    .create(limit("b", 10))
                                    .build());

            assertThat(repository.rules()).extracting(StoredRule::id).containsExactly(id("b"));
            assertThat(change.entries()).hasSize(2);
        }

        @Test
        void marksLineEndsAndBlankLinesAroundATextAreNotPartOfIt() {
            String text = limit("a", 10);
            repository.commit(
                    ann().create(
                                    "\uFEFF\r\n---\r\n\r\n"
                                            + text.replace("\n", "\r\n")
                                            + "\r\n  \r\n")
                            .build());

            assertThat(stored("a").text()).isEqualTo(text);
            assertThat(stored("a").revision()).isEqualTo(StoredRule.revisionOf(text));
        }

        @Test
        void takesJson() {
            String json =
                    """
                    {
                    \t"apiVersion": "fault-tolerance.opensergo.io/v1alpha1",
                    \t"kind": "RateLimitStrategy",
                    \t"metadata": {"name": "a", "labels": {"app": "shop"}},
                    \t"spec": {"metricType": "RequestAmount", "limitMode": "Local", "threshold": 1, "statDurationSeconds": 1}
                    }
                    """
                            .replace("\t", "  ");

            repository.commit(ann().create(json).build());

            assertThat(stored("a").text()).isEqualTo(json);
        }
    }

    @Nested
    class Conflicts {

        @Test
        void ofTwoEditorsTheSecondIsToldWhatIsThereNow() {
            create("a");
            String read = stored("a").revision();
            repository.commit(ann().replace(limit("a", 20), read).build());

            var conflict =
                    catchThrowableOfType(
                            RuleConflictException.class,
                            () -> repository.commit(ann().replace(limit("a", 30), read).build()));

            assertThat(conflict.conflicts())
                    .containsExactly(new Conflict(id("a"), read, stored("a")));
            assertThat(conflict)
                    .hasMessageContaining("RateLimitStrategy default/a was changed since");
            assertThat(stored("a").text()).isEqualTo(limit("a", 20));
        }

        @Test
        void createsNothingOverARuleThatIsThere() {
            create("a");

            assertThatThrownBy(() -> repository.commit(ann().create(limit("a", 20)).build()))
                    .isInstanceOfSatisfying(
                            RuleConflictException.class,
                            e ->
                                    assertThat(e.conflicts())
                                            .containsExactly(
                                                    new Conflict(id("a"), null, stored("a"))))
                    .hasMessageContaining("is stored already");
        }

        @Test
        void replacesNothingThatIsGone() {
            create("a");
            String read = stored("a").revision();
            repository.commit(ann().delete(id("a"), read).build());

            assertThatThrownBy(() -> repository.commit(ann().replace(limit("a", 20), read).build()))
                    .isInstanceOf(RuleConflictException.class)
                    .hasMessageContaining("RateLimitStrategy default/a is not stored any more");
            assertThat(repository.rules()).isEmpty();
        }

        @Test
        void deletesNothingThatHasChanged() {
            create("a");
            String read = stored("a").revision();
            repository.commit(ann().replace(limit("a", 20), read).build());

            assertThatThrownBy(() -> repository.commit(ann().delete(id("a"), read).build()))
                    .isInstanceOf(RuleConflictException.class);
            assertThat(stored("a").text()).isEqualTo(limit("a", 20));
        }

        @Test
        void aConflictOfOneRuleKeepsTheWholeBatchOut() {
            create("a", "b");

            assertThatThrownBy(
                            () ->
                                    repository.commit(
                                            ann().replace(limit("a", 20), stored("a").revision())
                                                    .create(limit("c", 1))
                                                    .delete(id("b"), "0".repeat(32))
                                                    .create(limit("a2", 1))
                                                    .build()))
                    .isInstanceOf(RuleConflictException.class);

            assertThat(repository.rules())
                    .extracting(StoredRule::text)
                    .containsExactly(limit("a", 10), limit("b", 10));
            assertThat(repository.history(HistoryQuery.latest(10))).hasSize(1);
        }

        @Test
        void aRepeatedCommitChangesNothingAndIsNotInTheHistory() {
            create("a", "b");
            RuleEdit edit =
                    ann().replace(limit("a", 20), stored("a").revision())
                            .delete(id("b"), stored("b").revision())
                            .create(limit("c", 1))
                            .build();
            repository.commit(edit);

            RuleChange again = repository.commit(edit);

            assertThat(again.entries()).isEmpty();
            assertThat(repository.history(HistoryQuery.latest(10))).hasSize(2);
        }

        @Test
        void ofEditorsAtOneMomentNoneIsLost() throws Exception {
            create("counter");
            int editors = 4;
            int rounds = 5;
            var start = new CyclicBarrier(editors);
            ExecutorService threads = Executors.newFixedThreadPool(editors);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < editors; i++) {
                    all.add(threads.submit(incrementing("# by editor " + i + "\n", rounds, start)));
                }
                for (Future<?> each : all) {
                    each.get(60, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdownNow();
            }

            assertThat(stored("counter").text())
                    .startsWith(limit("counter", 10 + editors * rounds));
            assertThat(repository.history(HistoryQuery.latest(100))).hasSize(1 + editors * rounds);
        }

        /**
         * Texts that are equal would be one change, whoever makes it: each editor signs its own.
         */
        private Callable<Void> incrementing(String signature, int rounds, CyclicBarrier start) {
            return () -> {
                start.await(30, TimeUnit.SECONDS);
                for (int done = 0; done < rounds; ) {
                    StoredRule now = stored("counter");
                    int next = (int) ((RateLimitStrategy) now.rule()).threshold() + 1;
                    String text = limit("counter", next) + signature;
                    done += tryToReplace(text, now.revision()) ? 1 : 0;
                }
                return null;
            };
        }

        private boolean tryToReplace(String text, String revision) {
            try {
                repository.commit(ann().replace(text, revision).build());
                return true;
            } catch (RuleConflictException e) {
                return false;
            }
        }
    }

    @Nested
    class Faults {

        @Test
        void reportsEveryFaultOfEveryTextAtItsPlace() {
            String negative = limit("a", -1);
            String unknown = limit("b", 1).replace("limitMode", "limitMood");

            var invalid =
                    catchThrowableOfType(
                            RuleDocumentException.class,
                            () ->
                                    repository.commit(
                                            ann().create(negative).create(unknown).build()));

            assertThat(invalid.problems())
                    .extracting(Problem::source, Problem::document, Problem::line)
                    .contains(tuple(RuleEdit.SOURCE, 1, 11), tuple(RuleEdit.SOURCE, 2, 10));
            assertThat(repository.rules()).isEmpty();
        }

        @Test
        void refusesTextsThatAreNotOneRule() {
            refuses("", "is empty");
            refuses("# nothing\n", "must be one rule, was none");
            refuses(limit("a", 1) + "---\n" + limit("b", 1), "must be one document");
            refuses("apiVersion: v1\nkind: List\nitems: []\n", "must be one rule");
            refuses("just a text", "must be an object");
            refuses("a: [", "is not valid YAML");
            refuses("%YAML 1.1\n---\n" + limit("a", 1), "must have no directive");
            refuses(
                    "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\":"
                            + " \"fault-tolerance.opensergo.io/v1alpha1\", \"kind\":"
                            + " \"ConcurrencyLimitStrategy\", \"metadata\": {\"name\": \"a\"}, \"spec\":"
                            + " {\"maxConcurrency\": 1, \"limitMode\": \"Local\"}}]}",
                    "was a list");
        }

        private void refuses(String text, String why) {
            assertThatThrownBy(() -> repository.commit(ann().create(text).build()))
                    .as(text)
                    .isInstanceOf(RuleDocumentException.class)
                    .hasMessageContaining(why);
            assertThat(repository.rules()).isEmpty();
        }

        @Test
        void refusesABatchThatNamesARuleTwice() {
            create("a");

            assertThatThrownBy(
                            () ->
                                    repository.commit(
                                            ann().create(limit("b", 1))
                                                    .create(limit("b", 2))
                                                    .build()))
                    .isInstanceOf(RuleDocumentException.class)
                    .hasMessageContaining("stores as document 1");
            assertThatThrownBy(
                            () ->
                                    repository.commit(
                                            ann().delete(id("a"), stored("a").revision())
                                                    .create(limit("a", 2))
                                                    .build()))
                    .isInstanceOf(RuleDocumentException.class)
                    .hasMessageContaining("also deletes");
        }
    }

    @Nested
    class Histories {

        @Test
        void theHistoryTellsWhoChangedWhatWhenAndWhy() {
            create("a");
            RuleChange change =
                    repository.commit(
                            RuleEdit.by("Bob <bob@shop.example>")
                                    .message("too many\n\nSee ticket 12.\n")
                                    .origin("192.0.2.7")
                                    .replace(limit("a", 20), stored("a").revision())
                                    .create(limit("b", 1))
                                    .build());

            RuleChange read = repository.history(HistoryQuery.latest(1)).get(0);

            assertThat(read).isEqualTo(change);
            assertThat(read.author()).isEqualTo(authorInHistory("Bob <bob@shop.example>"));
            assertThat(read.message()).isEqualTo("too many\n\nSee ticket 12.");
            assertThat(read.origin()).matches(found -> isOriginInHistory(found, "192.0.2.7"));
            assertThat(read.entries())
                    .containsExactly(
                            new RuleChange.Entry(id("a"), limit("a", 10), limit("a", 20)),
                            new RuleChange.Entry(id("b"), null, limit("b", 1)));
            assertThat(read.entries().get(0).diff())
                    .contains("-  threshold: 10\n+  threshold: 20\n");
        }

        @Test
        void aChangeWithoutAMessageSaysWhatItDid() {
            RuleChange change = repository.commit(RuleEdit.by("ann").create(limit("a", 1)).build());

            assertThat(change.message()).isEqualTo("create RateLimitStrategy default/a");
        }

        @Test
        void theHistoryIsReadInPagesFromTheNewestOn() {
            for (int i = 0; i < 5; i++) {
                create("r" + i);
            }

            List<RuleChange> first = repository.history(HistoryQuery.latest(2));
            List<RuleChange> second =
                    repository.history(HistoryQuery.latest(2).before(first.get(1).id()));
            List<RuleChange> third =
                    repository.history(HistoryQuery.latest(2).before(second.get(1).id()));

            assertThat(ids(first)).containsExactly("r4", "r3");
            assertThat(ids(second)).containsExactly("r2", "r1");
            assertThat(ids(third)).containsExactly("r0");
            assertThat(repository.history(HistoryQuery.latest(2).before("0".repeat(40)))).isEmpty();
        }

        private static List<String> ids(List<RuleChange> changes) {
            return changes.stream().map(change -> change.entries().get(0).id().name()).toList();
        }

        @Test
        void theHistoryOfOneRuleLeavesOutTheOthers() {
            create("a");
            create("b");
            repository.commit(ann().replace(limit("a", 20), stored("a").revision()).build());
            repository.commit(ann().delete(id("a"), stored("a").revision()).build());

            List<RuleChange> changes = repository.history(HistoryQuery.latest(10).of(id("a")));

            assertThat(changes)
                    .extracting(change -> change.entries().get(0).after())
                    .containsExactly(null, limit("a", 20), limit("a", 10));
        }

        @Test
        void takesAChangeBack() {
            create("a", "b");
            RuleChange change =
                    repository.commit(
                            ann().replace(limit("a", 20), stored("a").revision())
                                    .delete(id("b"), stored("b").revision())
                                    .create(limit("c", 1))
                                    .build());

            RuleChange undone = repository.commit(ann().undo(change).build());

            assertThat(repository.rules())
                    .extracting(StoredRule::text)
                    .containsExactly(limit("a", 10), limit("b", 10));
            repository.commit(ann().undo(undone).build());
            assertThat(repository.rules())
                    .extracting(StoredRule::text)
                    .containsExactly(limit("a", 20), limit("c", 1));
        }

        @Test
        void doesNotTakeBackWhatWasChangedSince() {
            RuleChange first = create("a");
            repository.commit(ann().replace(limit("a", 20), stored("a").revision()).build());

            assertThatThrownBy(() -> repository.commit(ann().undo(first).build()))
                    .isInstanceOf(RuleConflictException.class);
        }
    }
}

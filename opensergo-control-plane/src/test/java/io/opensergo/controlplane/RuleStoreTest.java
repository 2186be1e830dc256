package io.opensergo.controlplane;

import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.proto.WireKey;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.testsupport.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is in force, and under which version. */
class RuleStoreTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final WireKey KEY = new WireKey("default", "foo-app", RATE_LIMIT);

    private final ManualClock clock = new ManualClock(NOW);
    private final RuleStore store = new RuleStore(RuleKinds.standard(), clock);
    private final Contribution source = store.add("one");

    private RuleSet set() {
        return store.readAll(List.of(KEY)).sets().get(0);
    }

    @Test
    void takesTheRevisionOfASourceWithoutAnOrderFromTheClock() {
        clock.set(NOW.plusSeconds(5).plusNanos(7_000));

        put(rateLimit("a", 1));

        assertThat(store.revision()).isEqualTo((NOW.getEpochSecond() + 5) * 1_000_000 + 7);
    }

    @Test
    void takesTheRevisionOfASourceThatHasOneWhateverTheClockSays() {
        apply(rateLimit("a", 1), 5_000);
        assertThat(store.revision()).isEqualTo(5_000);

        apply(rateLimit("a", 2), 6_000);
        assertThat(store.revision()).isEqualTo(6_000);
    }

    @Test
    void moveOfTheRevisionAloneChangesNoSet() {
        apply(rateLimit("a", 1), 5_000);
        long since = set().since();

        assertThat(store.apply(source, List.of(rateLimit("a", 1)), Set.of(), 7_000)).isEmpty();

        assertThat(store.revision()).isEqualTo(7_000);
        assertThat(set().since()).isEqualTo(since);
    }

    @Test
    void takesTheLatestRevisionOfSeveralSources() {
        Contribution second = store.add("two");
        apply(rateLimit("a", 1), 5_000);

        store.apply(second, List.of(rateLimit("b", 1)), Set.of(), 3_000);
        assertThat(store.revision()).isEqualTo(5_001);
        store.apply(second, List.of(), Set.of(), 9_000);

        assertThat(store.revision()).isEqualTo(9_000);
    }

    @Test
    void raisesTheRevisionWithEachChangeWhileTheTimeStandsStill() {
        put(rateLimit("a", 0));
        long start = store.revision();
        for (int change = 1; change <= 5000; change++) {
            put(rateLimit("a", change));

            assertThat(store.revision()).isEqualTo(start + change);
            assertThat(set().since()).isEqualTo(start + change);
        }
    }

    @Test
    void raisesTheRevisionWhenTheTimeIsSetBack() {
        put(rateLimit("a", 1));
        long before = store.revision();
        clock.set(NOW.minusSeconds(3600));

        put(rateLimit("a", 2));

        assertThat(store.revision()).isEqualTo(before + 1);
    }

    @Test
    void countsOnFromATimeThatIsNonsense() {
        apply(rateLimit("a", 1), Long.MAX_VALUE);
        long before = store.revision();

        apply(rateLimit("a", 2), Long.MAX_VALUE);

        assertThat(store.revision()).isEqualTo(before + 1).isPositive();
    }

    @Test
    void raisesTheRevisionAcrossARestart() {
        for (int change = 0; change < 900; change++) {
            put(rateLimit("a", change));
        }
        clock.advance(Duration.ofSeconds(1));

        var restarted = new RuleStore(RuleKinds.standard(), clock);
        restarted.apply(restarted.add("one"), List.of(rateLimit("a", 7)), Set.of());

        assertThat(restarted.revision()).isGreaterThan(store.revision());
    }

    @Test
    void setThatIsCreatedAgainIsNewerThanTheEmptyOneWhateverTheTimeSays() {
        put(rateLimit("a", 1));
        put(rateLimit("a", 2));
        long full = set().since();

        delete(rateLimit("a", 2).id());
        long empty = set().since();
        clock.set(NOW.minusSeconds(3600));
        put(rateLimit("a", 3));

        assertThat(empty).isGreaterThan(full);
        assertThat(set().since()).isGreaterThan(empty);
    }

    @Test
    void changeOfAKeyLeavesTheOthersAsOldAsTheyWereUnderTheNewRevision() {
        put(rateLimit("a", 1));
        long before = set().since();

        put(rateLimit(Metadata.of("default", "bar-app", "b"), 1));

        assertThat(set().since()).isEqualTo(before);
        assertThat(store.revision()).isGreaterThan(before);
    }

    @Test
    void namesTheKeysThatChanged() {
        put(rateLimit("a", 1));

        assertThat(put(rateLimit("a", 1))).isEmpty();
        assertThat(put(rateLimit("a", 2))).containsExactly(KEY);
        assertThat(put(rateLimit(Metadata.of("default", "bar-app", "a"), 2)))
                .containsExactlyInAnyOrder(KEY, new WireKey("default", "bar-app", RATE_LIMIT));
        assertThat(delete(rateLimit("a", 2).id()))
                .containsExactly(new WireKey("default", "bar-app", RATE_LIMIT));
    }

    @Test
    void letsAPutWinOverADeleteOfTheSameBatch() {
        store.apply(source, List.of(rateLimit("a", 1)), Set.of(rateLimit("a", 1).id()));

        assertThat(set().rules()).containsExactly(rateLimit("a", 1));
    }

    @Test
    void reportsARuleWithoutAnAppAndDoesNotStoreIt() {
        put(rateLimit("a", 1));

        put(rateLimit(Metadata.builder().name("a").build(), 2));

        assertThat(set().rules()).isEmpty();
        assertThat(messages())
                .singleElement()
                .asString()
                .contains("one", "RateLimitStrategy default/a", "bound to no application");
        put(rateLimit("a", 3));
        assertThat(messages()).isEmpty();
    }

    @Test
    void reportsARuleOfAKindThatIsNotServed() {
        put(new Custom(Metadata.of("default", "foo-app", "x")));

        assertThat(messages()).singleElement().asString().contains("Custom default/x");
    }

    @Test
    void keepsTheRuleOfTheFirstSourceAndNamesBoth() {
        Contribution second = store.add("two");
        store.apply(second, List.of(rateLimit("a", 2)), Set.of());

        put(rateLimit("a", 1));

        assertThat(set().rules()).containsExactly(rateLimit("a", 1));
        assertThat(messages())
                .singleElement()
                .asString()
                .contains("one", "two", "RateLimitStrategy default/a");
    }

    @Test
    void fallsBackToTheRuleOfTheNextSource() {
        Contribution second = store.add("two");
        put(rateLimit("a", 1));
        store.apply(second, List.of(rateLimit("a", 2)), Set.of());

        delete(rateLimit("a", 1).id());

        assertThat(set().rules()).containsExactly(rateLimit("a", 2));
        assertThat(messages()).isEmpty();
    }

    private Set<WireKey> put(Rule rule) {
        return store.apply(source, List.of(rule), Set.of());
    }

    private Set<WireKey> delete(RuleId id) {
        return store.apply(source, List.of(), Set.of(id));
    }

    private void apply(Rule rule, long revision) {
        store.apply(source, List.of(rule), Set.of(), revision);
    }

    private List<String> messages() {
        return store.problems().stream().map(Problem::toString).toList();
    }

    /** A kind that nobody registered. */
    record Custom(Metadata metadata) implements Rule {

        private static final RuleKind<Custom> KIND =
                RuleKind.of("example.org/v1", "Custom", Custom.class);

        @Override
        public RuleKind<Custom> kind() {
            return KIND;
        }
    }
}

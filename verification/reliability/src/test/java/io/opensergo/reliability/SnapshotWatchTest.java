package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.Origin;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A watch over invariants is worth something only if it can find each of them broken. */
class SnapshotWatchTest {

    private final Generations generations = new Generations(1);
    private final Generations.Key key = generations.keys().get(0);
    private final List<String> violations = new ArrayList<>();
    private final SnapshotWatch watch = new SnapshotWatch("client", key, violations::add);

    @BeforeEach
    void fill() {
        generations.fill();
    }

    private RuleSnapshot<RateLimitStrategy> snapshot(long version, List<RateLimitStrategy> rules) {
        return snapshot(version, Origin.CONTROL_PLANE, rules);
    }

    private RuleSnapshot<RateLimitStrategy> snapshot(
            long version, Origin origin, List<RateLimitStrategy> rules) {
        return new RuleSnapshot<>(
                key.target(),
                RateLimitStrategy.KIND,
                version,
                origin,
                Instant.EPOCH,
                rules,
                List.of());
    }

    /** Changes until the latest generation is empty, or is not. */
    private void changeUntilEmpty(boolean empty) {
        var random = new Random(1);
        do {
            generations.change(random);
        } while (key.rules().isEmpty() != empty);
    }

    @Test
    void acceptsEveryGenerationInTurnAndWithGaps() {
        var random = new Random(2);
        for (int version = 1; version < 200; version++) {
            long before = key.latest();
            generations.change(random);
            if (key.latest() != before && version % 3 != 0) {
                watch.accept(snapshot(version, key.rules()));
                assertThat(watch.isUpToDate()).isTrue();
            }
        }

        assertThat(violations).isEmpty();
    }

    @Test
    void findsASetThatMissesARule() {
        watch.accept(snapshot(1, key.rules().subList(0, 1)));

        assertThat(violations).singleElement().asString().contains("is not the whole");
        assertThat(watch.isUpToDate()).isFalse();
    }

    @Test
    void findsAMixtureOfTwoGenerations() {
        List<RateLimitStrategy> old = key.rules();
        changeUntilEmpty(false);
        List<RateLimitStrategy> mixed = new ArrayList<>(key.rules());
        mixed.set(mixed.size() - 1, old.get(old.size() - 1));

        watch.accept(snapshot(1, mixed));

        assertThat(violations).singleElement().asString().contains("is not the whole");
    }

    @Test
    void findsAGenerationThatNeverWas() {
        Generations more = new Generations(1);
        more.fill();
        more.fill();

        watch.accept(snapshot(1, more.keys().get(0).rules()));

        assertThat(violations).singleElement().asString().contains("is not the whole");
    }

    @Test
    void findsAnOlderGeneration() {
        List<RateLimitStrategy> old = key.rules();
        changeUntilEmpty(false);
        watch.accept(snapshot(1, key.rules()));

        watch.accept(snapshot(2, old));

        assertThat(violations).singleElement().asString().contains("is no newer than generation");
    }

    @Test
    void findsAnEmptySetThatNeverWas() {
        watch.accept(snapshot(1, key.rules()));

        watch.accept(snapshot(2, List.of()));

        assertThat(violations).singleElement().asString().contains("is empty, and no generation");
    }

    @Test
    void findsAnEmptySetThatIsOlder() {
        changeUntilEmpty(true);
        watch.accept(snapshot(1, List.of()));
        changeUntilEmpty(false);
        watch.accept(snapshot(2, key.rules()));
        assertThat(violations).isEmpty();

        watch.accept(snapshot(3, List.of()));

        assertThat(violations).singleElement().asString().contains("is empty, and no generation");
    }

    @Test
    void findsALowerVersion() {
        watch.accept(snapshot(5, key.rules()));
        changeUntilEmpty(false);

        watch.accept(snapshot(4, key.rules()));

        assertThat(violations).singleElement().asString().contains("has a lower version than 5");
    }

    @Test
    void findsARepetition() {
        watch.accept(snapshot(1, key.rules()));

        watch.accept(snapshot(2, key.rules()));

        assertThat(violations).singleElement().asString().contains("is no newer than generation");
    }

    @Test
    void takesARepetitionToANewSubscription() {
        watch.accept(snapshot(1, key.rules()));
        watch.resubscribed();

        watch.accept(snapshot(1, key.rules()));

        assertThat(violations).isEmpty();
    }

    @Test
    void findsAnOlderGenerationAfterANewSubscription() {
        List<RateLimitStrategy> old = key.rules();
        changeUntilEmpty(false);
        watch.accept(snapshot(1, key.rules()));
        watch.resubscribed();

        watch.accept(snapshot(2, old));

        assertThat(violations).singleElement().asString().contains("is no newer than generation");
    }

    @Test
    void findsAGuessAfterKnowledge() {
        watch.accept(snapshot(0, Origin.ASSUMED_EMPTY, List.of()));
        watch.accept(snapshot(1, key.rules()));
        assertThat(violations).isEmpty();

        watch.accept(snapshot(0, Origin.ASSUMED_EMPTY, List.of()));

        assertThat(violations).singleElement().asString().contains("is a guess");
    }

    @Test
    void findsRejectedRules() {
        RuleSnapshot<RateLimitStrategy> good = snapshot(1, key.rules());

        watch.accept(
                new RuleSnapshot<>(
                        good.target(),
                        good.kind(),
                        good.version(),
                        good.origin(),
                        good.receivedAt(),
                        good.rules(),
                        List.of(new RejectedRule("a", "bad", false))));

        assertThat(violations).singleElement().asString().contains("has rejected rules");
    }

    @Test
    void findsAnEnd() {
        watch.ended(new IllegalStateException("refused"));

        assertThat(violations).singleElement().asString().contains("refused");
    }
}

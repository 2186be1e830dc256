package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.api.time.ManualTicker;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What a stream says about a key, by a clock that the test moves. */
class KeyDialogueTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final Duration SETTLE_TIME = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker(Long.MAX_VALUE - 1000);
    private final PushReader reader =
            new PushReader(ClientLimits.DEFAULTS, ticker, new ClientListener() {});
    private final KeySubscription<RateLimitStrategy> key =
            new KeySubscription<>(Target.of("shop"), RateLimitStrategy.KIND, new EditionCounter());
    private final KeyDialogue<RateLimitStrategy> first = new KeyDialogue<>(key, 1);

    private KeyDialogue.Effect push(
            KeyDialogue<RateLimitStrategy> dialogue, long version, Rule... rules) {
        SubscribeResponse push = pushOf(version, rules);
        return dialogue.take(
                push, reader.read(key, push), false, SETTLE_TIME, Instant.EPOCH, ticker.nanos());
    }

    private static SubscribeResponse pushOf(long version, Rule... rules) {
        return ScriptedControlPlane.Stream.push(
                        "default", "shop", RateLimitStrategy.KIND.wireName(), version, rules)
                .build();
    }

    @Test
    void patienceDoublesFromTheTimeoutToAnHourAndStaysThere() {
        first.expectAnswer(TIMEOUT, 0);
        assertThat(first.patienceNanos()).isEqualTo(TIMEOUT.toNanos());
        first.expectAnswer(TIMEOUT, 0);
        assertThat(first.patienceNanos()).isEqualTo(2 * TIMEOUT.toNanos());

        for (int i = 0; i < 100; i++) {
            first.expectAnswer(TIMEOUT, 0);
        }

        assertThat(first.patienceNanos()).isEqualTo(Duration.ofHours(1).toNanos());
    }

    @Test
    void patienceIsNeverShorterThanTheTimeout() {
        Duration day = Duration.ofDays(1);
        first.expectAnswer(day, 0);
        first.expectAnswer(day, 0);

        assertThat(first.patienceNanos()).isEqualTo(day.toNanos());
    }

    @Test
    void newStreamBeginsWithTheTimeout() {
        first.expectAnswer(TIMEOUT, 0);
        first.expectAnswer(TIMEOUT, 0);

        var next = new KeyDialogue<>(key, 2);
        next.expectAnswer(TIMEOUT, 5);

        assertThat(next.patienceNanos()).isEqualTo(TIMEOUT.toNanos());
        assertThat(next.deadlineNanos()).isEqualTo(TIMEOUT.toNanos() + 5);
    }

    @Test
    void onlyAVersionThatIsSetCanBeOlder() {
        push(first, 7);

        assertThat(first.isOutdated(pushOf(6))).isTrue();
        assertThat(first.isOutdated(pushOf(0))).isFalse();
        assertThat(first.isOutdated(pushOf(-1))).isFalse();
    }

    @Test
    void versionsOfAnotherStreamSayNothing() {
        push(first, 7);

        var next = new KeyDialogue<>(key, 2);

        assertThat(next.hadPush()).isFalse();
        assertThat(next.isOutdated(pushOf(6))).isFalse();
    }

    @Test
    void setThatLacksRulesIsHeldOnANewStreamAndNotOnTheOneThatBroughtThem() {
        push(first, 1, limit("a", 1), limit("b", 1));
        var next = new KeyDialogue<>(key, 2);

        assertThat(push(next, 2, limit("a", 2))).isEqualTo(KeyDialogue.Effect.HELD);
        assertThat(key.current().rules()).hasSize(2);
        assertThat(push(first, 2, limit("a", 2))).isEqualTo(KeyDialogue.Effect.IN_FORCE);
        assertThat(key.current().rules()).containsExactly(limit("a", 2));
    }

    @Test
    void setsThatNeverStandStillAreHeldForTenSettleTimesAndNoLonger() {
        push(first, 1, limit("a", 1), limit("b", 1));
        var next = new KeyDialogue<>(key, 2);

        for (int i = 0; i < 10; i++) {
            assertThat(push(next, 2 + i, limit("a", 2 + i))).isEqualTo(KeyDialogue.Effect.HELD);
            ticker.advance(SETTLE_TIME);
        }

        assertThat(next.heldFor(ticker.nanos())).isEqualTo(SETTLE_TIME.multipliedBy(10));
        assertThat(push(next, 12, limit("a", 12))).isEqualTo(KeyDialogue.Effect.IN_FORCE);
        assertThat(key.current().rules()).containsExactly(limit("a", 12));
    }

    @Test
    void pushOfWhichNothingCanBeUsedConfirmsNoRulesOfAnEarlierStream() {
        push(first, 1, limit("a", 1));
        var next = new KeyDialogue<>(key, 2);
        SubscribeResponse bad =
                pushOf(
                        2,
                        new ConcurrencyLimitStrategy(
                                Metadata.of("default", "shop", "b"), LimitMode.LOCAL, 1));

        KeyDialogue.Effect effect =
                next.take(
                        bad,
                        reader.read(key, bad),
                        false,
                        SETTLE_TIME,
                        Instant.EPOCH,
                        ticker.nanos());

        assertThat(effect).isEqualTo(KeyDialogue.Effect.IN_FORCE);
        assertThat(key.rules().isFromBefore(2)).isTrue();
        assertThat(key.current().version()).isEqualTo(1);
        assertThat(key.current().rules()).containsExactly(limit("a", 1));
        assertThat(key.current().rejected()).hasSize(1);
    }

    @Test
    void pushThatRepeatsWhatIsInForceConfirmsItAndKeepsTheSnapshotWithItsEdition() {
        push(first, 1, limit("a", 1));
        RuleSnapshot<RateLimitStrategy> before = key.current();
        var next = new KeyDialogue<>(key, 2);
        assertThat(key.rules().isFromBefore(2)).isTrue();

        push(next, 9, limit("a", 1));

        assertThat(key.current()).isSameAs(before);
        assertThat(key.rules().isFromBefore(2)).isFalse();
    }
}

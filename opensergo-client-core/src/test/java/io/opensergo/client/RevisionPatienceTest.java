package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.Edition;
import io.opensergo.api.Target;
import io.opensergo.api.time.ManualTicker;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** When the patience with a revision ends, by a clock that the test moves. */
class RevisionPatienceTest {

    private static final Target SHOP = Target.of("shop");
    private static final String CALLS = ConcurrencyLimitStrategy.KIND.wireName();

    private final PushReader reader =
            new PushReader(ClientLimits.DEFAULTS, new ManualTicker(), new ClientListener() {});
    private final ManualTimer timer = new ManualTimer();
    private final EditionCounter editions = new EditionCounter();
    private final Revisions revisions =
            new Revisions(timer, Duration.ofSeconds(10), editions, (key, usable) -> {});
    private long stream = 1;
    private final KeySubscription<RateLimitStrategy> rates =
            new KeySubscription<>(SHOP, RateLimitStrategy.KIND, editions);
    private final KeySubscription<ConcurrencyLimitStrategy> calls =
            new KeySubscription<>(SHOP, ConcurrencyLimitStrategy.KIND, editions);

    /** Runs what is due when the test says so. */
    private static final class ManualTimer implements TaskTimer {

        private record Entry(Runnable task, Disposable disposable) {}

        private final List<Entry> entries = new ArrayList<>();

        @Override
        public Disposable schedule(Duration delay, Runnable task) {
            Disposable disposable = Disposables.single();
            entries.add(new Entry(task, disposable));
            return disposable;
        }

        boolean isIdle() {
            return entries.stream().allMatch(entry -> entry.disposable().isDisposed());
        }

        void elapse() {
            List<Entry> due = List.copyOf(entries);
            entries.clear();
            due.stream()
                    .filter(entry -> !entry.disposable().isDisposed())
                    .forEach(entry -> entry.task().run());
        }
    }

    RevisionPatienceTest() {
        revisions.add(rates);
        revisions.add(calls);
    }

    private static ConcurrencyLimitStrategy concurrency(long max) {
        return new ConcurrencyLimitStrategy(
                Metadata.of("default", "shop", "b"), LimitMode.LOCAL, max);
    }

    private void pushRates(long version, String... kindsToFollow) {
        push(rates, version, List.of(kindsToFollow), limit("a", version));
    }

    private void pushCalls(long version) {
        push(calls, version, List.of(), concurrency(version));
    }

    private <R extends Rule> void push(
            KeySubscription<R> key, long version, List<String> kindsToFollow, Rule rule) {
        SubscribeResponse.Builder push = pushOf(key, version, rule);
        push.getStatusBuilder().addDetails(RevisionDetail.write(kindsToFollow));
        take(key, push.build(), true);
        revisions.staged(key, kindsToFollow);
    }

    private <R extends Rule> void pushAlone(KeySubscription<R> key, long version, Rule rule) {
        take(key, pushOf(key, version, rule).build(), false);
        revisions.answered(key);
    }

    private <R extends Rule> void take(
            KeySubscription<R> key, SubscribeResponse push, boolean partOfARevision) {
        var unused =
                new KeyDialogue<>(key, stream)
                        .take(
                                push,
                                reader.read(key, push),
                                partOfARevision,
                                Duration.ZERO,
                                Instant.EPOCH,
                                0);
    }

    private static SubscribeResponse.Builder pushOf(
            KeySubscription<?> key, long version, Rule rule) {
        return ScriptedControlPlane.Stream.push(
                "default", "shop", key.kind().wireName(), version, rule);
    }

    private void loseStream() {
        revisions.streamLost();
        stream++;
    }

    private void assertInForce(long ratesVersion, long callsVersion) {
        assertThat(rates.current().rules()).containsExactly(limit("a", ratesVersion));
        assertThat(calls.current().rules()).containsExactly(concurrency(callsVersion));
    }

    private void answerBoth() {
        pushRates(1, CALLS);
        pushCalls(1);
        assertInForce(1, 1);
    }

    @Test
    void whatDoesNotComeIsNotWaitedForAgainOnThatStream() {
        answerBoth();
        pushRates(2, CALLS);
        assertInForce(1, 1);
        timer.elapse();
        assertInForce(2, 1);

        pushRates(3, CALLS);

        assertInForce(3, 1);
        assertThat(timer.isIdle()).isTrue();
    }

    @Test
    void whatCameAfterAllIsWaitedForAgain() {
        answerBoth();
        pushRates(2, CALLS);
        timer.elapse();
        pushCalls(2);
        assertInForce(2, 2);

        pushRates(3, CALLS);

        assertInForce(2, 2);
        pushCalls(3);
        assertInForce(3, 3);
    }

    @Test
    void patienceThatEndsDuringAnOutageExcusesNoKeyOnTheNextStream() {
        answerBoth();
        pushRates(2, CALLS);
        loseStream();
        timer.elapse();
        assertInForce(2, 1);
        assertThat(rates.current().edition().isWhole()).isFalse();

        pushRates(3);

        assertInForce(2, 1);
        pushCalls(3);
        assertInForce(3, 3);
        Edition edition = rates.current().edition();
        assertThat(edition.isWhole()).isTrue();
        assertThat(calls.current().edition()).isEqualTo(edition);
    }

    @Test
    void pushThatDoesNotSayWhatBelongsToItEndsTheWaitingForItsKey() {
        answerBoth();
        pushRates(2, CALLS);

        pushAlone(calls, 2, concurrency(2));

        assertInForce(2, 2);
        assertThat(timer.isIdle()).isTrue();
    }

    @Test
    void firstAnswerThatDoesNotSayWhatBelongsToItEndsTheWaitingForItsKey() {
        pushRates(1);
        assertThat(rates.current()).isNull();

        pushAlone(calls, 1, concurrency(1));

        assertInForce(1, 1);
    }

    @Test
    void patienceEndsWithTheWaiting() {
        answerBoth();
        pushRates(2, CALLS);

        pushAlone(rates, 3, limit("a", 3));

        assertInForce(3, 1);
        assertThat(timer.isIdle()).isTrue();
    }
}

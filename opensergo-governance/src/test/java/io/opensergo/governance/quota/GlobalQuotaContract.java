package io.opensergo.governance.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.time.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What every {@link GlobalQuota} does; each implementation extends it. */
public abstract class GlobalQuotaContract {

    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The time that the quota sees. A whole number of milliseconds, as a store may round. */
    protected final ManualTicker ticker =
            new ManualTicker(TimeUnit.SECONDS.toNanos(1_000_000_000L));

    private final QuotaKey key = key("GET:/foo");
    private GlobalQuota quota;

    /** Opens the quota under test on a store that may hold other keys. */
    protected abstract GlobalQuota open();

    @BeforeEach
    void openQuota() {
        quota = open();
    }

    @AfterEach
    void closeQuota() {
        quota.close();
    }

    /** A key that no other test uses. */
    protected static QuotaKey key(String resource) {
        return new QuotaKey("shop", UUID.randomUUID().toString(), resource, "per-window");
    }

    private QuotaGrant acquire(long threshold, long permits) {
        return acquire(key, new QuotaLimit(threshold, WINDOW), permits);
    }

    private QuotaGrant acquire(QuotaKey key, QuotaLimit limit, long permits) {
        QuotaGrant grant = quota.acquire(key, limit, permits).block(PATIENCE);
        return new QuotaGrant(grant.permits(), grant.validFor());
    }

    @Test
    void grantsWhatIsAskedForWhileThereIsEnough() {
        assertThat(acquire(10, 4)).isEqualTo(new QuotaGrant(4, WINDOW));
        assertThat(acquire(10, 6)).isEqualTo(new QuotaGrant(6, WINDOW));
    }

    @Test
    void grantsTheRestWhenMoreIsAskedFor() {
        acquire(10, 7);

        assertThat(acquire(10, 7).permits()).isEqualTo(3);
        assertThat(acquire(10, 1).permits()).isZero();
    }

    @Test
    void saysHowLongTheWindowLasts() {
        acquire(10, 10);
        ticker.advance(Duration.ofSeconds(4));

        assertThat(acquire(10, 1)).isEqualTo(new QuotaGrant(0, Duration.ofSeconds(6)));
    }

    @Test
    void grantsAgainWhenTheWindowHasEnded() {
        acquire(10, 10);
        ticker.advance(acquire(10, 1).validFor());

        assertThat(acquire(10, 11)).isEqualTo(new QuotaGrant(10, WINDOW));
    }

    @Test
    void grantsNothingAgainUntilTheWindowHasEnded() {
        acquire(10, 10);
        ticker.advance(WINDOW.minusMillis(1));

        assertThat(acquire(10, 1)).isEqualTo(new QuotaGrant(0, Duration.ofMillis(1)));
    }

    @Test
    void windowsFollowEachOtherWhetherAnyoneAsksOrNot() {
        acquire(10, 1);
        ticker.advance(WINDOW.multipliedBy(3).plusSeconds(4));

        assertThat(acquire(10, 1)).isEqualTo(new QuotaGrant(1, Duration.ofSeconds(6)));
    }

    @Test
    void clockThatGoesBackGrantsNothingMore() {
        ticker.advance(WINDOW);
        acquire(10, 10);
        ticker.advance(Duration.ofSeconds(-1));

        assertThat(acquire(10, 1).permits()).isZero();
    }

    @Test
    void countStaysTheSameUntilTheWindowEnds() {
        var limit = new QuotaLimit(10, WINDOW);
        QuotaGrant first = quota.acquire(key, limit, 1).block(PATIENCE);
        ticker.advance(Duration.ofSeconds(9));
        QuotaGrant second = quota.acquire(key, limit, 1).block(PATIENCE);

        assertThat(second.count()).isEqualTo(first.count());
    }

    @Test
    void savesNothingUpOverWindowsThatNobodyUsed() {
        acquire(10, 1);
        ticker.advance(WINDOW.multipliedBy(7).plusSeconds(1));

        assertThat(acquire(10, 100).permits()).isEqualTo(10);
    }

    @Test
    void neverGrantsTheThresholdTwiceInOneWindow() {
        acquire(10, 1);
        for (int second = 0; second < 10; second++) {
            acquire(10, 3);
            ticker.advance(Duration.ofSeconds(1));
        }
        long next = acquire(10, 100).permits();

        assertThat(next).isEqualTo(10);
    }

    @Test
    void countsEveryPartOfTheKeyApart() {
        var limit = new QuotaLimit(1, WINDOW);
        String app = key.app();
        List<QuotaKey> keys =
                List.of(
                        key,
                        new QuotaKey("other", app, key.resource(), key.strategy()),
                        new QuotaKey(key.namespace(), app + "2", key.resource(), key.strategy()),
                        new QuotaKey(key.namespace(), app, "GET:/bar", key.strategy()),
                        new QuotaKey(key.namespace(), app, key.resource(), "per-day"));

        assertThat(keys).allMatch(each -> acquire(each, limit, 2).permits() == 1);
    }

    @Test
    void keysThatLookAlikeWhenJoinedAreCountedApart() {
        var limit = new QuotaLimit(1, WINDOW);
        String app = key.app();

        assertThat(acquire(new QuotaKey("a", app, "b/c", "d"), limit, 1).permits()).isOne();
        assertThat(acquire(new QuotaKey("a", app, "b", "c/d"), limit, 1).permits()).isOne();
        assertThat(acquire(new QuotaKey("a", app, "b:c", "d"), limit, 1).permits()).isOne();
        assertThat(acquire(new QuotaKey("a", app, "b", "c:d"), limit, 1).permits()).isOne();
    }

    @Test
    void keysMayHoldAnyText() {
        var limit = new QuotaLimit(1, WINDOW);
        QuotaKey odd = new QuotaKey("名前", key.app(), "GET:/f o\no?x={y}*", "\u0000é😀");

        assertThat(acquire(odd, limit, 1).permits()).isOne();
        assertThat(acquire(odd, limit, 1).permits()).isZero();
    }

    @Test
    void thresholdOfZeroGrantsNothing() {
        assertThat(acquire(0, 5)).isEqualTo(new QuotaGrant(0, WINDOW));
    }

    @Test
    void higherThresholdGrantsTheDifferenceAtOnce() {
        acquire(10, 10);
        ticker.advance(Duration.ofSeconds(1));

        assertThat(acquire(25, 100)).isEqualTo(new QuotaGrant(15, Duration.ofSeconds(9)));
    }

    @Test
    void lowerThresholdGrantsAtMostItselfUntilTheWindowEnds() {
        acquire(100, 20);
        ticker.advance(Duration.ofSeconds(1));

        assertThat(acquire(10, 100).permits()).isLessThanOrEqualTo(10);
        assertThat(acquire(10, 1).permits()).isZero();
        ticker.advance(Duration.ofSeconds(9));
        assertThat(acquire(10, 100).permits()).isEqualTo(10);
    }

    @Test
    void thresholdThatGoesDownAndUpGrantsNoMoreThanTheHighest() {
        acquire(100, 100);
        acquire(10, 100);
        long again = acquire(100, 200).permits();

        assertThat(again).isLessThanOrEqualTo(90);
    }

    @Test
    void windowOfAnotherLengthIsCountedApart() {
        acquire(10, 10);

        var longer = new QuotaLimit(10, WINDOW.multipliedBy(2));
        assertThat(acquire(key, longer, 4)).isEqualTo(new QuotaGrant(4, longer.window()));
    }

    @Test
    void greatestLimitsAreGranted() {
        var limit = new QuotaLimit(Long.MAX_VALUE, Duration.ofSeconds(Integer.MAX_VALUE));

        assertThat(acquire(key, limit, 1_000_000).permits()).isEqualTo(1_000_000);
        ticker.advance(Duration.ofDays(1));
        assertThat(acquire(key, limit, 1_000_000).permits()).isEqualTo(1_000_000);
        assertThat(acquire(key, limit, Long.MAX_VALUE).permits()).isPositive();
    }

    @Test
    void asksNothingBeforeItIsSubscribedToAndAnewEachTime() {
        Mono<QuotaGrant> asking = quota.acquire(key, new QuotaLimit(10, WINDOW), 4);

        assertThat(acquire(10, 1).permits()).isOne();
        assertThat(asking.block(PATIENCE).permits()).isEqualTo(4);
        assertThat(asking.block(PATIENCE).permits()).isEqualTo(4);
        assertThat(asking.block(PATIENCE).permits()).isOne();
    }

    @Test
    void rejectsToAskForNothing() {
        var limit = new QuotaLimit(10, WINDOW);

        assertThatThrownBy(() -> quota.acquire(key, limit, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("permits must be >= 1, was 0");
    }

    @Test
    void manyThreadsGetTheThresholdTogether() {
        var limit = new QuotaLimit(100, WINDOW);
        long granted =
                Flux.range(0, 60)
                        .flatMap(
                                i ->
                                        quota.acquire(key, limit, 1 + i % 5)
                                                .subscribeOn(Schedulers.parallel()),
                                16)
                        .map(QuotaGrant::permits)
                        .reduce(0L, Long::sum)
                        .block(PATIENCE);

        assertThat(granted).isEqualTo(100);
    }

    @Test
    void cancellingIsHarmless() {
        for (int i = 0; i < 10; i++) {
            quota.acquire(key, new QuotaLimit(100, WINDOW), 1).subscribe().dispose();
        }

        assertThat(acquire(100, 200).permits()).isBetween(90L, 100L);
    }

    @Test
    void closedQuotaSaysSo() {
        quota.close();
        quota.close();

        assertThatThrownBy(() -> acquire(10, 1))
                .isInstanceOf(QuotaUnavailableException.class)
                .hasMessageContaining("closed");
    }
}

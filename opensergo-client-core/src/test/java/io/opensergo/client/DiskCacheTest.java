package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.Uninterruptibles;
import io.opensergo.api.Origin;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.CacheEvent.Result;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCacheTest {

    private static final Duration PATIENCE = Duration.ofSeconds(100);
    private static final Target SHOP = Target.of("shop");
    private static final RuleKey KEY = new RuleKey(SHOP, RateLimitStrategy.KIND);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir Path parent;

    private final EventLoop loop = new EventLoop();
    private final List<CacheEvent> events = new CopyOnWriteArrayList<>();
    private final List<RuleSnapshot<RateLimitStrategy>> offered = new CopyOnWriteArrayList<>();
    private volatile Instant now = START;
    private volatile CountDownLatch slowDisk = new CountDownLatch(0);
    private DiskCache cache;

    @AfterEach
    void stop() {
        if (cache != null) {
            cache.close(PATIENCE);
        }
        loop.stop();
    }

    private Path path() {
        return parent.resolve("rules");
    }

    private void open(@Nullable Duration maxAge) {
        var settings = new CacheSettings(path(), maxAge, 10_000, Duration.ofMillis(20));
        var listener =
                new ClientListener() {
                    @Override
                    public void onCache(CacheEvent event) {
                        events.add(event);
                    }
                };
        cache = new DiskCache(settings, loop, listener, this::instant);
    }

    /**
     * Holds the cache's thread, which looks at the clock after each write, while the disk is slow.
     */
    private Instant instant() {
        if (Thread.currentThread().getName().endsWith("-cache")) {
            Uninterruptibles.awaitUninterruptibly(slowDisk);
        }
        return now;
    }

    private static RateLimitStrategy limit(String name, long threshold) {
        return new RateLimitStrategy(
                Metadata.of("default", "shop", name),
                RateLimitStrategy.MetricType.REQUEST_AMOUNT,
                LimitMode.LOCAL,
                threshold,
                Duration.ofSeconds(1));
    }

    private static RuleSnapshot<RateLimitStrategy> snapshot(
            Target target, Origin origin, List<RateLimitStrategy> rules, RejectedRule... rejected) {
        return new RuleSnapshot<>(
                target, RateLimitStrategy.KIND, 3, origin, START, rules, List.of(rejected));
    }

    private static RuleSnapshot<RateLimitStrategy> pushed(long threshold) {
        return snapshot(SHOP, Origin.CONTROL_PLANE, List.of(limit("a", threshold)));
    }

    private void store(RuleSnapshot<?> snapshot) {
        loop.execute(() -> cache.store(snapshot));
    }

    private CacheEvent event(int number) {
        await().until(() -> events.size() > number);
        return events.get(number);
    }

    /** Loads and waits for the event of this number. */
    private CacheEvent load(int number) {
        cache.load(SHOP, RateLimitStrategy.KIND, offered::add);
        return event(number);
    }

    @Nested
    class Loading {

        @Test
        void loadsWhatWasStored() {
            open(null);
            store(pushed(5));
            assertThat(event(0))
                    .isEqualTo(new CacheEvent(KEY, Result.WRITTEN, Duration.ZERO, null));
            now = START.plusSeconds(60);

            assertThat(load(1))
                    .isEqualTo(new CacheEvent(KEY, Result.LOADED, Duration.ofMinutes(1), null));

            assertThat(offered)
                    .containsExactly(snapshot(SHOP, Origin.DISK_CACHE, List.of(limit("a", 5))));
        }

        @Test
        void keyThatWasNeverStoredIsAbsentWithoutAWord() {
            open(null);
            try (LogCapture log = LogCapture.open()) {
                assertThat(load(0).result()).isEqualTo(Result.ABSENT);

                assertThat(log.linesOf(DiskCache.class)).isEmpty();
            }
            assertThat(offered).isEmpty();
        }

        @Test
        void snapshotThatTheControlPlaneOvertookIsReportedAsSuch() {
            open(null);
            store(pushed(5));
            event(0);

            cache.load(SHOP, RateLimitStrategy.KIND, kept -> false);

            assertThat(event(1).result()).isEqualTo(Result.OVERTAKEN);
        }

        @Test
        void fileThatCannotBeUsedIsReportedOnceAndReplacedByTheNextSnapshot() throws IOException {
            open(null);
            store(pushed(5));
            event(0);
            Path file;
            try (Stream<Path> files = Files.list(path())) {
                file = files.findFirst().orElseThrow();
            }
            Files.writeString(file, "no rules here, but something longer than a header");
            try (LogCapture log = LogCapture.open()) {
                CacheEvent event = load(1);
                load(2);

                assertThat(event.result()).isEqualTo(Result.IGNORED);
                assertThat(event.reason()).isEqualTo("is not a rule cache file");
                assertThat(log.linesOf(DiskCache.class))
                        .singleElement()
                        .asString()
                        .contains(file.toString())
                        .contains("is not a rule cache file");
            }
            assertThat(offered).isEmpty();

            store(pushed(6));
            event(3);
            assertThat(load(4).result()).isEqualTo(Result.LOADED);
        }
    }

    @Nested
    class Storing {

        @Test
        void onlyTheLatestOfManyWaitingSnapshotsIsWritten() throws InterruptedException {
            open(null);
            store(pushed(0));
            event(0);
            var disk = new CountDownLatch(1);
            slowDisk = disk;
            cache.load(SHOP, RateLimitStrategy.KIND, offered::add);
            var stored = new CountDownLatch(1);
            loop.execute(
                    () -> {
                        for (int i = 1; i <= 1000; i++) {
                            cache.store(pushed(i));
                        }
                        stored.countDown();
                    });
            stored.await();
            disk.countDown();

            assertThat(event(1).result()).isEqualTo(Result.LOADED);
            assertThat(event(2).result()).isEqualTo(Result.WRITTEN);
            assertThat(load(3).result()).isEqualTo(Result.LOADED);
            assertThat(offered.get(1).rules()).containsExactly(limit("a", 1000));
        }

        @Test
        void rulesThatNoControlPlaneSentAreNotStored() {
            open(null);
            store(pushed(5));
            event(0);

            store(snapshot(SHOP, Origin.ASSUMED_EMPTY, List.of()));
            store(snapshot(SHOP, Origin.DISK_CACHE, List.of(limit("a", 7))));

            assertThat(load(1).result()).isEqualTo(Result.LOADED);
            assertThat(offered.get(0).rules()).containsExactly(limit("a", 5));
        }

        @Test
        void pushOfWhichNothingCanBeUsedDoesNotReplaceGoodRulesAndThatThereAreNoneDoes() {
            open(null);
            store(pushed(5));
            event(0);
            store(
                    snapshot(
                            SHOP,
                            Origin.CONTROL_PLANE,
                            List.of(),
                            new RejectedRule("a", "bad", false)));
            load(1);
            assertThat(offered.get(0).rules()).hasSize(1);

            store(snapshot(SHOP, Origin.CONTROL_PLANE, List.of()));
            assertThat(event(2).result()).isEqualTo(Result.WRITTEN);
            load(3);

            assertThat(offered.get(1).rules()).isEmpty();
        }

        @Test
        void pushThatConfirmsTheRulesMakesThemYoungOnlyWhenThatMatters() {
            open(Duration.ofMinutes(10));
            store(pushed(5));
            event(0);

            now = START.plusSeconds(5 * 60 - 1);
            store(pushed(5));
            load(1);
            assertThat(offered.get(0).receivedAt()).isEqualTo(START);
            now = START.plusSeconds(5 * 60);
            store(pushed(5));
            assertThat(event(2).result()).isEqualTo(Result.WRITTEN);
            load(3);

            assertThat(offered.get(1).receivedAt()).isEqualTo(now);
        }

        @Test
        void directoryThatCannotBeWrittenIsReportedOnceAndTriedAgainUntilItCan()
                throws IOException {
            Path blocker = Files.createFile(path());
            try (LogCapture log = LogCapture.open()) {
                open(null);
                store(pushed(5));
                store(snapshot(Target.of("till"), Origin.CONTROL_PLANE, List.of()));
                await().until(() -> events.size() >= 6);

                assertThat(events).allMatch(event -> event.result() == Result.WRITE_FAILED);
                assertThat(log.linesOf(DiskCache.class))
                        .singleElement()
                        .asString()
                        .contains(path().toString())
                        .contains("tried again");
            }

            Files.delete(blocker);

            await().until(
                            () ->
                                    events.stream()
                                                    .filter(
                                                            event ->
                                                                    event.result()
                                                                            == Result.WRITTEN)
                                                    .count()
                                            == 2);
            offered.clear();
            cache.load(SHOP, RateLimitStrategy.KIND, offered::add);
            await().until(() -> offered.size() == 1);
        }

        @Test
        void snapshotOfAKeyThatIsNoLongerFollowedIsNotTriedForEver() throws IOException {
            Path blocker = Files.createFile(path());
            open(null);
            store(pushed(5));
            await().until(() -> events.size() >= 2);

            loop.execute(() -> cache.forget(new RuleKey(SHOP, RateLimitStrategy.KIND)));
            store(snapshot(Target.of("till"), Origin.CONTROL_PLANE, List.of()));
            int failures = events.size();
            await().until(() -> events.size() >= failures + 3);
            Files.delete(blocker);

            await().until(
                            () ->
                                    events.stream()
                                            .anyMatch(event -> event.result() == Result.WRITTEN));
            assertThat(events)
                    .filteredOn(event -> event.result() == Result.WRITTEN)
                    .extracting(event -> event.key().target())
                    .containsExactly(Target.of("till"));
        }

        @Test
        void snapshotThatIsTooLargeIsReportedAndTheLastOneStays() {
            open(null);
            store(pushed(5));
            event(0);
            try (LogCapture log = LogCapture.open()) {
                store(
                        snapshot(
                                SHOP,
                                Origin.CONTROL_PLANE,
                                IntStream.range(100, 110)
                                        .mapToObj(i -> limit("x".repeat(i * 9), 1))
                                        .toList()));

                assertThat(event(1).result()).isEqualTo(Result.WRITE_FAILED);
                assertThat(event(1).reason()).contains("more than the 10000 allowed");
                assertThat(log.linesOf(DiskCache.class)).hasSize(1);
            }
        }

        @Test
        void forgottenKeyIsWrittenAnewAndNotDeleted() {
            open(null);
            store(pushed(5));
            event(0);

            loop.execute(() -> cache.forget(KEY));
            assertThat(load(1).result()).isEqualTo(Result.LOADED);
            store(pushed(5));

            assertThat(event(2).result()).isEqualTo(Result.WRITTEN);
        }
    }

    @Nested
    class MaximumAge {

        @Test
        void rulesOverTheMaximumAgeAreIgnoredWithAWarning() {
            open(Duration.ofMinutes(10));
            store(pushed(5));
            event(0);
            now = START.plus(Duration.ofMinutes(10));
            assertThat(load(1).result()).isEqualTo(Result.LOADED);

            now = now.plusMillis(1);
            try (LogCapture log = LogCapture.open()) {
                CacheEvent event = load(2);

                assertThat(event.result()).isEqualTo(Result.EXPIRED);
                assertThat(event.age()).isEqualTo(Duration.ofMinutes(10).plusMillis(1));
                now = now.plusSeconds(1);
                assertThat(load(3).result()).isEqualTo(Result.EXPIRED);
                assertThat(log.linesOf(DiskCache.class))
                        .singleElement()
                        .asString()
                        .contains("default_shop_ratelimitstrategy")
                        .contains("600001 ms old")
                        .contains("10 min allowed");
            }
            assertThat(offered).hasSize(1);
        }

        @Test
        void rulesOfATimeToComeAreNotYoungerThanTheMaximumAge() {
            open(Duration.ofMinutes(10));
            store(pushed(5));
            event(0);
            now = START.minus(Duration.ofMinutes(1));
            assertThat(load(1).result()).as("a clock set back a little").isEqualTo(Result.LOADED);

            now = now.minusMillis(1);
            try (LogCapture log = LogCapture.open()) {
                assertThat(load(2).result()).isEqualTo(Result.EXPIRED);

                assertThat(log.linesOf(DiskCache.class))
                        .singleElement()
                        .asString()
                        .contains("60001 ms ahead of the clock")
                        .contains("10 min allowed");
            }
            assertThat(offered).hasSize(1);
        }

        @Test
        void rulesOfATimeToComeAreReadIfAnyAgeWillDo() {
            open(null);
            store(pushed(5));
            event(0);
            now = START.minus(Duration.ofDays(1));

            assertThat(load(1).result()).isEqualTo(Result.LOADED);
        }
    }

    @Nested
    class Closing {

        @Test
        void closingWritesWhatWaitsAndEndsTheThread() throws IOException {
            open(null);
            assertThat(threads(loop.name() + "-cache")).hasSize(1);
            loop.execute(
                    () -> {
                        cache.store(pushed(5));
                        cache.store(pushed(6));
                    });
            loop.execute(() -> cache.store(pushed(7)));
            loop.stop();
            loop.awaitEnd(PATIENCE);

            cache.close(PATIENCE);

            await().until(() -> threads(loop.name() + "-cache").isEmpty());
            byte[] content = new CacheDirectory(path(), 10_000).read(KEY);
            assertThat(CacheFile.decode(content, SHOP, RateLimitStrategy.KIND).rules())
                    .containsExactly(limit("a", 7));
        }

        private static List<String> threads(String suffix) {
            return Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.endsWith(suffix))
                    .toList();
        }

        @Test
        void closedCacheDoesNothing() {
            open(null);
            cache.close(PATIENCE);

            cache.load(SHOP, RateLimitStrategy.KIND, offered::add);
            store(pushed(5));
            cache.close(PATIENCE);

            assertThat(events).isEmpty();
            assertThat(Files.exists(path())).isFalse();
        }
    }
}

package io.opensergo.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.governance.Guard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One clock moves windows, waits and whatever is scheduled on it. */
@OpenSergoTest(app = "shop")
@Rules("rules/shop.yaml")
class TestClockTest {

    private final List<String> said = new ArrayList<>();

    @Test
    void throttledCallOnTheThreadOfTheTestMovesTheClockToItsTurn(TestGovernor test)
            throws Exception {
        Guard mails = test.guard("mails");

        for (int i = 0; i < 4; i++) {
            mails.run(() -> said.add("sent at " + test.clock().elapsed().toMillis()));
        }

        assertThat(said).containsExactly("sent at 0", "sent at 200", "sent at 400", "sent at 600");
    }

    @Test
    void throttledCallOnAnotherThreadWaitsForTheTest(TestGovernor test) throws Exception {
        Guard mails = test.guard("mails");
        mails.run(() -> {});
        CompletableFuture<Duration> sent = new CompletableFuture<>();
        var caller =
                new Thread(
                        () -> {
                            try {
                                sent.complete(mails.call(() -> test.clock().elapsed()));
                            } catch (Exception e) {
                                sent.completeExceptionally(e);
                            }
                        });
        caller.start();
        test.clock().awaitWaiting(1);

        test.clock().advance(Duration.ofMillis(199));
        assertThat(test.clock().waiting()).isEqualTo(1);
        test.clock().advance(Duration.ofMillis(1));

        assertThat(sent.get(10, TimeUnit.SECONDS)).isEqualTo(Duration.ofMillis(200));
        caller.join();
        assertThat(test.clock().waiting()).isZero();
    }

    @Test
    void interruptEndsAWaitOnAnotherThread(TestGovernor test) throws Exception {
        Guard mails = test.guard("mails");
        mails.run(() -> {});
        var interrupted = new CountDownLatch(1);
        var caller =
                new Thread(
                        () -> {
                            try {
                                mails.run(() -> said.add("sent"));
                            } catch (InterruptedException e) {
                                interrupted.countDown();
                            }
                        });
        caller.start();
        test.clock().awaitWaiting(1);

        caller.interrupt();

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmpty();
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void testWithAThreadOfItsOwnMovesTheClockFromThere(TestGovernor test) throws Exception {
        Guard mails = test.guard("mails");

        mails.run(() -> {});
        mails.run(() -> {});

        assertThat(test.clock().elapsed()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void throttledMonoAndStageGoOnWhileTheClockIsMoved(TestGovernor test) {
        Guard mails = test.guard("mails");
        for (String kind : List.of("mono 1", "mono 2")) {
            mails.protect(Mono.fromRunnable(() -> say(kind, test))).subscribe();
        }
        mails.callStage(
                () -> {
                    say("stage", test);
                    return CompletableFuture.completedFuture("");
                });

        assertThat(said).containsExactly("mono 1 at 0");
        test.clock().advance(Duration.ofSeconds(1));
        assertThat(said).containsExactly("mono 1 at 0", "mono 2 at 200", "stage at 400");
    }

    @Test
    void cancelledMonoLeavesTheLine(TestGovernor test) {
        Guard mails = test.guard("mails");
        mails.protect(Mono.fromRunnable(() -> say("first", test))).subscribe();
        Disposable second = mails.protect(Mono.fromRunnable(() -> say("second", test))).subscribe();

        second.dispose();
        test.clock().advance(Duration.ofSeconds(1));

        assertThat(said).containsExactly("first at 0");
    }

    @Test
    void whatIsScheduledIsDoneInItsOrderAtItsTime(TestGovernor test) {
        var scheduler = test.clock().scheduler();
        scheduler.schedule(() -> say("later", test), 300, TimeUnit.MILLISECONDS);
        scheduler.schedule(() -> say("sooner", test), 100, TimeUnit.MILLISECONDS);
        scheduler.schedule(() -> say("never", test), 100, TimeUnit.MILLISECONDS).dispose();
        scheduler.schedule(() -> say("now", test));
        Disposable beat =
                scheduler.schedulePeriodically(
                        () -> say("beat", test), 150, 100, TimeUnit.MILLISECONDS);

        test.clock().advance(Duration.ofMillis(300));
        beat.dispose();
        test.clock().advance(Duration.ofDays(1));

        assertThat(said)
                .containsExactly(
                        "now at 0", "sooner at 100", "beat at 150", "beat at 250", "later at 300");
    }

    @Test
    void operatorsOfReactorGoByTheClockWhereTheyAreGivenItsScheduler(TestGovernor test) {
        Flux.interval(Duration.ofHours(1), test.clock().scheduler())
                .take(2)
                .subscribe(i -> say("hour", test));
        Mono.never()
                .timeout(Duration.ofMinutes(90), test.clock().scheduler())
                .subscribe(nothing -> {}, error -> say("timeout", test));

        test.clock().advance(Duration.ofHours(3));

        assertThat(said)
                .containsExactly("hour at 3600000", "timeout at 5400000", "hour at 7200000");
    }

    @Test
    void taskThatWaitsItselfMovesTheClockFurther(TestGovernor test) {
        Guard mails = test.guard("mails");
        test.clock()
                .scheduler()
                .schedule(
                        () -> {
                            for (int i = 0; i < 3; i++) {
                                long token = mails.acquire();
                                mails.awaitUninterruptibly(token);
                                say("mail", test);
                            }
                        },
                        100,
                        TimeUnit.MILLISECONDS);

        test.clock().advance(Duration.ofMillis(150));

        assertThat(said).containsExactly("mail at 100", "mail at 300", "mail at 500");
        assertThat(test.clock().elapsed()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void taskThatAnotherThreadBringsMeanwhileIsDoneByWhoMovesTheClock(TestGovernor test)
            throws Exception {
        var scheduler = test.clock().scheduler();
        scheduler.schedule(
                () -> {
                    var other = new Thread(() -> scheduler.schedule(() -> say("other", test)));
                    other.start();
                    try {
                        other.join();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    say("first", test);
                },
                1,
                TimeUnit.MILLISECONDS);

        test.clock().advance(Duration.ofMillis(1));

        assertThat(said).containsExactly("first at 1", "other at 1");
    }

    @Test
    void statsComeByTheClock(TestGovernor test) {
        List<Integer> sizes = new ArrayList<>();
        test.governor().stats(Duration.ofSeconds(10)).subscribe(all -> sizes.add(all.size()));

        test.clock().advance(Duration.ofSeconds(25));

        assertThat(sizes).containsExactly(4, 4);
    }

    @Test
    void timeDoesNotGoBack(TestClock clock) {
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1)))
                .hasMessage("time cannot go back: duration must be 0 or more, was PT-0.001S");
    }

    private void say(String what, TestGovernor test) {
        said.add(what + " at " + test.clock().elapsed().toMillis());
    }
}

package io.opensergo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.kubernetes.HttpSockets.Request;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How lists and watches go on whatever the API server does. */
class KubernetesWatchTest extends ScriptedCluster {

    @Nested
    class Watches {

        @Test
        void expiredVersionIsListedAnewAndADeletionMeanwhileIsSeen() throws Exception {
            server.apply(RATE, "shop", "b", rate(1));
            start();

            server.kill();
            server.delete(RATE, "shop", "a");
            server.compact();
            server.restart();

            awaitRules(C, B);
            await().until(() -> heard.problems().isEmpty());
        }

        @Test
        void expiredVersionMayAlsoBeAStatusOfTheAnswer() throws Exception {
            start();

            AutoCloseable expired = server.refuse(410, "Gone", Request::isWatch);
            server.cutConnections();
            await().until(() -> lists().size() > 4);
            expired.close();
            server.apply(RATE, "shop", "b", rate(1));

            awaitRules(C, A, B);
        }

        @Test
        void watchGoesOnFromABookmark() throws Exception {
            start();
            await().until(() -> server.watches(RATE) == 1);

            server.otherWrites(1000);
            server.bookmark(RATE);
            long first = server.apply(SLOTS, "shop", "d", slots(1)) - 1;
            awaitRules(C, "ConcurrencyLimitStrategy shop/d", A);
            server.compact();
            await().until(
                            () -> {
                                server.cutConnections();
                                return server.watches(RATE) > 1;
                            });

            assertThat(
                            server.requests().stream()
                                    .filter(Request::isWatch)
                                    .filter(each -> each.path().endsWith("ratelimitstrategies"))
                                    .map(each -> Long.parseLong(each.query("resourceVersion"))))
                    .anyMatch(version -> version >= first);
        }

        @Test
        void changesWhileTheServerIsAwayArriveAndUntilThenEverythingStays() throws Exception {
            start();

            server.kill();
            await().until(() -> heard.problems().contains("connection refused"));
            assertThat(heard.names()).containsExactly(C, A);
            server.apply(RATE, "shop", "a", rate(30));
            server.apply(RATE, "shop", "b", rate(1));
            server.restart();

            awaitRules(C, A, B);
            await().until(() -> threshold(A) == 30 && heard.problems().isEmpty());
        }

        @Test
        void garbageAndHalfEventsAreReadAnewFromTheLastVersion() throws Exception {
            var answers = new AtomicInteger();
            AutoCloseable script =
                    server.script(
                            (request, reply) -> {
                                if (!request.isWatch() || answers.get() >= 6) {
                                    return false;
                                }
                                int turn = answers.incrementAndGet();
                                reply.startStream();
                                if (turn % 3 == 0) {
                                    reply.chunk("<html>busy</html>\n");
                                    reply.endStream();
                                } else if (turn % 3 == 1) {
                                    reply.chunk("{\"type\":\"ADDED\",\"object\":{\"meta");
                                    reply.cut();
                                } else {
                                    reply.chunk("{\"type\":\"NEWS\",\"object\":{}}\n");
                                    reply.endStream();
                                }
                                return true;
                            });

            start();
            await().until(() -> answers.get() >= 6);
            script.close();
            server.apply(RATE, "shop", "b", rate(1));

            awaitRules(C, A, B);
        }

        @Test
        void watchThatEndsAtOnceIsNotBegunAgainWithoutAPause() throws Exception {
            AutoCloseable script =
                    server.script(
                            (request, reply) -> {
                                if (request.isWatch()) {
                                    reply.startStream();
                                    reply.endStream();
                                }
                                return request.isWatch();
                            });
            start();
            await().until(() -> server.watches(RATE) >= 8);

            assertThat(timeOfWatch(8).minus(timeOfWatch(1))).isGreaterThan(Duration.ofMillis(400));
            script.close();
            server.apply(RATE, "shop", "b", rate(1));
            awaitRules(C, A, B);
        }

        /** Returns when the first watches of a kind came, from the start of the clock. */
        private Duration timeOfWatch(int number) {
            return Duration.ofNanos(
                    server.requests().stream()
                            .filter(each -> each.isWatch() && each.path().contains("ratelimit"))
                            .skip(number - 1)
                            .findFirst()
                            .orElseThrow()
                            .nanos());
        }
    }

    @Nested
    class Rights {

        @Test
        void kindThatMayNotBeListedIsNamedWithTheRightAndTheOthersWork() throws Exception {
            AutoCloseable forbidden =
                    server.refuse(
                            403,
                            "ratelimitstrategies is forbidden: User \"me\" cannot list",
                            request -> request.path().contains("/ratelimitstrategies"));

            start();

            assertThat(heard.names()).containsExactly(C);
            await().untilAsserted(
                            () ->
                                    assertThat(heard.problems())
                                            .contains(
                                                    "User \"me\" cannot list",
                                                    "grant the verbs [list, watch] on"
                                                            + " ratelimitstrategies.fault-tolerance.opensergo.io"
                                                            + " in a ClusterRole"));

            forbidden.close();

            awaitRules(C, A);
            await().until(() -> heard.problems().isEmpty());
        }

        @Test
        void namespaceThatMayNotBeListedIsNamed() throws Exception {
            server.refuse(403, "no", request -> request.path().contains("/namespaces/bank/"));

            start(builder().namespaces("shop", "bank"));

            assertThat(heard.names()).containsExactly(C, A);
            await().untilAsserted(
                            () ->
                                    assertThat(heard.problems())
                                            .contains("in namespace bank", "in a Role"));
        }

        @Test
        void kindThatMayNotBeWatchedIsListedNowAndThen() throws Exception {
            AutoCloseable forbidden = server.refuse(403, "cannot watch", Request::isWatch);
            start();
            await().until(() -> heard.problems().contains("may not be watched"));

            server.apply(RATE, "shop", "b", rate(1));

            awaitRules(C, A, B);
            forbidden.close();
            await().until(() -> heard.problems().isEmpty());
        }

        @Test
        void nothingThatMayBeReadIsAnErrorOfTheStart() throws Exception {
            server.refuse(403, "no", request -> request.path().contains("strategies"));

            assertThatThrownBy(() -> start())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("grant the verbs [list, watch]");
        }
    }

    @Nested
    class Lists {

        @Test
        void serverThatIsBusyIsAskedAgain() throws Exception {
            AutoCloseable busy = server.refuse(503, "starting", request -> true);
            var starting = new Thread(() -> start());
            starting.start();
            await().until(() -> server.requests().size() > 10);
            busy.close();
            starting.join();
            assertThat(heard.names()).containsExactly(C, A);

            AutoCloseable again = server.refuse(429, "slow down", request -> true);
            server.cutConnections();

            await().until(() -> heard.problems().contains("429: slow down"));
            assertThat(heard.names()).containsExactly(C, A);
            again.close();
            await().until(() -> heard.problems().isEmpty());
        }

        @Test
        void twentyThousandObjectsComeInPagesAlsoWhenTheListExpiresOnTheWay() throws Exception {
            IntStream.range(0, 20_000).forEach(i -> server.apply(RATE, "shop", "n" + i, rate(i)));
            var pages = new AtomicInteger();
            server.script(
                    (request, reply) -> {
                        boolean third =
                                !request.query("continue").isEmpty()
                                        && pages.incrementAndGet() == 3;
                        if (third) {
                            server.compact();
                            server.delete(RATE, "shop", "n0");
                        }
                        return false;
                    });

            start();

            assertThat(heard.names()).hasSize(20_001).doesNotContain("RateLimitStrategy shop/n0");
            assertThat(pages.get()).isGreaterThan(40);
        }

        @Test
        void listThatExpiresAgainAndAgainIsReadInOne() throws Exception {
            IntStream.range(0, 600).forEach(i -> server.apply(RATE, "shop", "n" + i, rate(i)));
            server.script(
                    (request, reply) -> {
                        if (!request.query("continue").isEmpty()) {
                            server.compact();
                        }
                        return false;
                    });

            start();

            assertThat(heard.names()).hasSize(602);
        }
    }
}

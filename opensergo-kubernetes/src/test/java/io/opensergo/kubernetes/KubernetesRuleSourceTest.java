package io.opensergo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.kubernetes.HttpSockets.Request;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source against an API server that behaves as real ones do, over sockets. */
class KubernetesRuleSourceTest {

    static final Timing QUICK =
            new Timing(
                    Duration.ofMillis(5),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    Duration.ofMillis(20),
                    Duration.ofMillis(200),
                    Duration.ofMillis(50),
                    Duration.ofMillis(500));

    private static final RuleKind<?> RATE = RateLimitStrategy.KIND;
    private static final RuleKind<?> SLOTS = ConcurrencyLimitStrategy.KIND;
    private static final String A = "RateLimitStrategy shop/a";
    private static final String B = "RateLimitStrategy shop/b";
    private static final String C = "ConcurrencyLimitStrategy shop/c";

    private final Recorder heard = new Recorder();

    @TempDir private Path directory;
    private ScriptedApiServer server;
    private KubernetesRuleSource source;

    @BeforeAll
    static void lookOften() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @BeforeEach
    void startServer() throws Exception {
        server = new ScriptedApiServer();
        server.install(RATE, SLOTS);
        server.apply(RATE, "shop", "a", rate(10));
        server.apply(SLOTS, "shop", "c", slots(6));
    }

    @AfterEach
    void end() throws Exception {
        if (source != null) {
            source.close();
        }
        server.close();
    }

    @Test
    void rulesOfAllInstalledKindsAreThereWhenTheStartReturns() throws Exception {
        start();

        assertThat(heard.names()).containsExactly(C, A);
        assertThat(heard.batches()).isEqualTo(1);
        assertThat(heard.problems()).isEmpty();
    }

    @Test
    void whatKubectlNotesForItselfIsNoPartOfTheRule() throws Exception {
        start();

        assertThat(heard.rule(A).metadata().annotations()).isEmpty();
    }

    @Test
    void editsAndDeletionsAreFollowed() throws Exception {
        start();

        server.apply(RATE, "shop", "b", rate(1));
        server.apply(RATE, "shop", "a", rate(20));
        server.delete(SLOTS, "shop", "c");

        awaitRules(A, B);
        await().until(() -> threshold(A) == 20);
    }

    @Test
    void otherNamespacesAreNotAskedFor() throws Exception {
        server.apply(RATE, "bank", "x", rate(1));

        start(builder().namespaces("shop", "mail"));
        server.apply(RATE, "bank", "y", rate(1));
        server.apply(RATE, "mail", "m", rate(1));

        awaitRules(C, "RateLimitStrategy mail/m", A);
        assertThat(lists()).allMatch(path -> path.contains("/namespaces/"));
    }

    @Test
    void objectsAreSelectedByTheirLabels() throws Exception {
        server.apply(RATE, "shop", "b", Map.of("app", "shop", "team", "x y"), rate(1));

        start(builder().selector("team=x y"));

        assertThat(heard.names()).containsExactly(B);
        await().until(() -> server.watches(RATE) > 0);
        assertThat(server.requests().stream().filter(Request::isWatch))
                .allMatch(each -> each.query("labelSelector").equals("team=x y"));
    }

    @Test
    void kindThatIsInstalledLaterIsFollowedFromThen() throws Exception {
        start();
        assertThat(heard.names()).hasSize(2);

        server.install(ThrottlingStrategy.KIND);
        server.apply(
                ThrottlingStrategy.KIND,
                "shop",
                "t",
                "{\"minIntervalOfRequests\":\"5ms\",\"queueTimeout\":\"1s\"}");

        awaitRules(C, A, "ThrottlingStrategy shop/t");
    }

    @Test
    void clusterWithoutOurKindsIsFollowedAndSaysWhatToApply() throws Exception {
        server.forget(RATE);
        server.forget(SLOTS);

        start();

        assertThat(heard.names()).isEmpty();
        await().untilAsserted(
                        () ->
                                assertThat(heard.problems())
                                        .contains("no kind of OpenSergo is installed", "--crd"));
    }

    @Test
    void rulesOfADeletedCrdGo() throws Exception {
        start();

        server.uninstall(SLOTS);

        awaitRules(A);
    }

    @Test
    void kindThatIsNotServedForAMomentKeepsItsRules() throws Exception {
        start(builder().timing(patient()));

        server.forget(RATE);
        await().until(() -> heard.problems().contains("no longer served"));
        assertThat(heard.names()).contains(A);
        server.install(RATE);

        await().until(() -> heard.problems().isEmpty());
        assertThat(heard.names()).contains(A);
    }

    @Test
    void kindThatIsGoneForGoodTakesItsRulesAlong() throws Exception {
        start();

        server.forget(RATE);

        awaitRules(C);
    }

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

        assertThatThrownBy(this::start)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("grant the verbs [list, watch]");
    }

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
                            !request.query("continue").isEmpty() && pages.incrementAndGet() == 3;
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

    @Test
    void objectThatIsNoRuleIsReportedWithItsNameAndItsLastGoodRuleStays() throws Exception {
        start();

        server.apply(RATE, "shop", "a", rate(-1));
        server.apply(RATE, "shop", "b", "{}");
        server.apply(SLOTS, "shop", "d", slots(1));

        awaitRules(C, "ConcurrencyLimitStrategy shop/d", A);
        assertThat(threshold(A)).isEqualTo(10);
        await().untilAsserted(
                        () ->
                                assertThat(heard.problems())
                                        .contains(
                                                "RateLimitStrategy shop/a: spec.threshold must be a whole number",
                                                "RateLimitStrategy shop/b: spec.threshold is required"));

        server.apply(RATE, "shop", "a", rate(11));
        server.delete(RATE, "shop", "b");

        await().until(() -> threshold(A) == 11 && heard.problems().isEmpty());
    }

    @Test
    void objectThatWasNeverARuleIsDeletedQuietly() throws Exception {
        server.apply(RATE, "shop", "bad", "{}");
        start();
        await().until(() -> heard.problems().contains("shop/bad"));

        server.delete(RATE, "shop", "bad");

        await().until(() -> heard.problems().isEmpty());
        assertThat(heard.names()).containsExactly(C, A);
    }

    @Test
    void groupThatIsServedInAnotherVersionOnlyIsNamed() throws Exception {
        server.script(
                (request, reply) -> {
                    boolean group = request.path().equals("/apis/fault-tolerance.opensergo.io");
                    if (group) {
                        reply.whole(
                                200,
                                "{\"versions\":[{\"groupVersion\":\"fault-tolerance.opensergo.io/v9\"}]}");
                    }
                    return group;
                });
        server.forget(RATE);
        server.forget(SLOTS);

        start();

        await().untilAsserted(
                        () ->
                                assertThat(heard.problems())
                                        .contains("serves fault-tolerance.opensergo.io/v9"));
    }

    @Test
    void objectInAnotherVersionIsReported() throws Exception {
        start();
        server.script(
                (request, reply) -> {
                    boolean list =
                            !request.isWatch() && request.path().endsWith("/ratelimitstrategies");
                    if (list) {
                        reply.whole(
                                200,
                                """
                                {"metadata":{"resourceVersion":"900"},"items":[
                                {"apiVersion":"fault-tolerance.opensergo.io/v9","kind":"RateLimitStrategy",
                                "metadata":{"name":"a","namespace":"shop","resourceVersion":"899"},"spec":{}}]}
                                """);
                    }
                    return list;
                });

        server.compact();
        server.otherWrites(1);
        server.compact();
        server.cutConnections();

        await().untilAsserted(
                        () ->
                                assertThat(heard.problems())
                                        .contains("RateLimitStrategy shop/a", "v9"));
        assertThat(threshold(A)).isEqualTo(10);
    }

    /** Without another change in the cluster: what could not be taken is offered again. */
    @Test
    void batchThatCouldNotBeTakenIsKeptAndReportedAgain() throws Exception {
        start();
        heard.failNext(2);

        server.apply(RATE, "shop", "b", rate(1));
        server.apply(RATE, "shop", "a", rate(20));
        server.delete(SLOTS, "shop", "c");

        awaitRules(A, B);
        await().until(() -> threshold(A) == 20);
        assertThat(heard.hasFailed()).isTrue();
    }

    @Test
    void firstBatchThatCouldNotBeTakenIsReportedAgain() throws Exception {
        heard.failNext(1);

        start();

        awaitRules(C, A);
    }

    @Test
    void nothingIsReportedAfterTheEnd() throws Exception {
        start();
        source.close();
        int batches = heard.batches();

        server.apply(RATE, "shop", "b", rate(1));

        assertThat(heard.batches()).isEqualTo(batches);
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () ->
                                assertThat(Thread.getAllStackTraces().keySet())
                                        .extracting(Thread::getName)
                                        .doesNotContain("opensergo-kubernetes"));
        source.start(heard);
        assertThat(heard.names()).contains(B);
        assertThatThrownBy(() -> source.start(heard)).isInstanceOf(IllegalStateException.class);
    }

    /** Quick, but for a kind that is gone, which may come back however slow the machine is. */
    private static Timing patient() {
        return new Timing(
                QUICK.batch(),
                QUICK.request(),
                QUICK.watch(),
                QUICK.firstRetry(),
                QUICK.lastRetry(),
                QUICK.discovery(),
                Duration.ofMinutes(10));
    }

    private KubernetesRuleSourceBuilder builder() throws Exception {
        Path file = Kubeconfigs.withToken(directory.resolve("kubeconfig"), server.url(), "t");
        return KubernetesRuleSource.builder().kubeconfig(file).timing(QUICK);
    }

    private void start() {
        try {
            start(builder());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void start(KubernetesRuleSourceBuilder builder) {
        source = builder.startTimeout(Duration.ofSeconds(60)).build();
        source.start(heard);
    }

    private void awaitRules(String... names) {
        await().untilAsserted(() -> assertThat(heard.names()).containsExactly(names));
    }

    private long threshold(String id) {
        return ((RateLimitStrategy) heard.rule(id)).threshold();
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

    private List<String> lists() {
        return server.requests().stream()
                .filter(each -> !each.isWatch())
                .map(Request::path)
                .filter(path -> path.endsWith("strategies"))
                .toList();
    }

    static String rate(int threshold) {
        return "{\"metricType\":\"RequestAmount\",\"limitMode\":\"Local\",\"threshold\":"
                + threshold
                + ",\"statDurationSeconds\":1}";
    }

    static String slots(int max) {
        return "{\"maxConcurrency\":" + max + ",\"limitMode\":\"Local\"}";
    }
}

package io.opensergo.controlplane;

import static io.opensergo.controlplane.ReportingInstance.PATIENCE;
import static io.opensergo.controlplane.ReportingInstance.counts;
import static io.opensergo.controlplane.ReportingInstance.declaration;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.opensergo.controlplane.TokenAuthorizer.Grant;
import io.opensergo.proto.internal.decision_report.v1.BreakerState;
import io.opensergo.proto.internal.decision_report.v1.DecisionReport;
import io.opensergo.proto.internal.decision_report.v1.KindVersion;
import io.opensergo.proto.internal.decision_report.v1.PlanInForce;
import io.opensergo.proto.internal.decision_report.v1.PlanProblem;
import io.opensergo.proto.internal.decision_report.v1.Reporter;
import io.opensergo.proto.internal.decision_report.v1.ResourceCounts;
import io.opensergo.proto.internal.decision_report.v1.ResourceDeclaration;
import io.opensergo.proto.internal.decision_report.v1.StrategyCounts;
import io.opensergo.testsupport.RateLimits;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What instances report, over real sockets. */
class DecisionsTest {

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private ControlPlane controlPlane;
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        controlPlane = ControlPlane.builder().port(0).source(rules).start();
        channel = channelTo(controlPlane);
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        controlPlane.close();
    }

    private static ManagedChannel channelTo(ControlPlane controlPlane) {
        return NettyChannelBuilder.forAddress("127.0.0.1", controlPlane.port())
                .usePlaintext()
                .build();
    }

    private ReportedDecisions look() {
        return controlPlane.decisions("default", "foo-app");
    }

    private ReportedDecisions.Resource resource() {
        return look().resources().get(0);
    }

    /** Starts an instance that is asked for reports. */
    private ReportingInstance asked(String name) {
        ReportingInstance instance = ReportingInstance.of(channel, name);
        await().atMost(PATIENCE).until(() -> instance.latest().getInstances() > 0);
        look();
        instance.awaitAsked();
        return instance;
    }

    private static DecisionReport.Builder declaring(String resource) {
        return DecisionReport.newBuilder().addDeclarations(declaration(0, resource));
    }

    @Test
    void instanceIsAskedForNothingWhileNobodyLooks() {
        ReportingInstance instance = ReportingInstance.of(channel, "a");
        await().atMost(PATIENCE).until(() -> instance.latest().getInstances() == 1);

        assertThat(instance.latest().getIntervalMillis()).isZero();

        look();
        instance.awaitAsked();
        assertThat(instance.latest().getIntervalMillis()).isEqualTo(2000);
    }

    @Test
    void lookAtAllHasInstancesOfEveryApplicationReport() {
        ReportingInstance foo = ReportingInstance.of(channel, "a");
        ReportingInstance bar = ReportingInstance.of(channel, "", "bar-app", "b");
        foo.awaitInstances(1);
        bar.awaitInstances(1);

        assertThat(controlPlane.decisions())
                .extracting(ReportedDecisions::app)
                .containsExactly("bar-app", "foo-app");

        foo.awaitAsked();
        bar.awaitAsked();
    }

    @Test
    void countsOfAllInstancesAreOfTheirApplicationTogether() {
        ReportingInstance a = asked("a");
        ReportingInstance b = asked("b");
        a.report(declaring("GET:/").addCounts(counts(0, 30)));
        b.report(
                declaring("GET:/")
                        .addCounts(
                                ResourceCounts.newBuilder()
                                        .setId(0)
                                        .setPassed(12)
                                        .setRefused(5)
                                        .setInFlight(3)
                                        .setWaitedMicros(2_000_000)
                                        .addStrategies(
                                                StrategyCounts.newBuilder()
                                                        .setRefused(5)
                                                        .setShadowRefused(1))));

        await().atMost(PATIENCE)
                .until(() -> !look().resources().isEmpty() && resource().passed() == 42);
        ReportedDecisions.Resource resource = resource();
        assertThat(resource.refused()).isEqualTo(5);
        assertThat(resource.inFlight()).isEqualTo(3);
        assertThat(resource.instances()).isEqualTo(2);
        assertThat(resource.passedPerSecond()).isPositive();
        assertThat(resource.strategies().get(0).refused()).isEqualTo(5);
        assertThat(resource.strategies().get(0).shadowRefused()).isEqualTo(1);
        assertThat(look().instances())
                .extracting(ReportedDecisions.Instance::hostName)
                .containsExactlyInAnyOrder("host-a", "host-b");
        DecisionHistory history =
                controlPlane.decisionHistory("default", "foo-app", "GET:/", false);
        assertThat(history.points()).hasSize(60);
        assertThat(history.points().stream().mapToLong(DecisionHistory.Point::passed).sum())
                .isEqualTo(42);
        assertThat(history.points().stream().mapToLong(DecisionHistory.Point::waitedMillis).sum())
                .isEqualTo(2000);
        assertThat(history.points().get(0).reported()).isFalse();
        assertThat(history.points().get(59).reported()).isTrue();
    }

    @Test
    void openBreakersAreCountedUntilTheyCloseOrTheirInstanceLeaves() {
        ReportingInstance a = asked("a");
        ReportingInstance b = asked("b");
        StrategyCounts open =
                StrategyCounts.newBuilder()
                        .setIndex(1)
                        .setBreaker(BreakerState.BREAKER_STATE_OPEN)
                        .build();
        a.report(declaring("GET:/").addCounts(counts(0, 1, open)));
        b.report(declaring("GET:/").addCounts(counts(0, 1, open)));
        await().atMost(PATIENCE)
                .until(() -> !look().resources().isEmpty() && breaker().open() == 2);

        a.report(
                DecisionReport.newBuilder()
                        .addCounts(
                                counts(
                                        0,
                                        0,
                                        StrategyCounts.newBuilder()
                                                .setIndex(1)
                                                .setBreaker(BreakerState.BREAKER_STATE_HALF_OPEN)
                                                .build())));
        await().atMost(PATIENCE).until(() -> breaker().open() == 1);
        assertThat(breaker().halfOpen()).isEqualTo(1);
        b.leave();

        await().atMost(PATIENCE).until(() -> breaker().open() == 0);
        assertThat(resource().instances()).isEqualTo(1);
        assertThat(resource().passed()).isEqualTo(2);
    }

    private ReportedDecisions.Strategy breaker() {
        return resource().strategies().get(1);
    }

    @Test
    void showsTheVersionThatEachInstanceHasInForceAndWhatItMisses() {
        ReportingInstance instance = asked("a");
        instance.report(
                DecisionReport.newBuilder()
                        .setPlan(
                                PlanInForce.newBuilder()
                                        .setNumber(7)
                                        .addAdapters("gRPC")
                                        .addVersions(
                                                KindVersion.newBuilder()
                                                        .setKind("RateLimitStrategy")
                                                        .setVersion(4711))
                                        .addProblems(
                                                PlanProblem.newBuilder()
                                                        .setType("DANGLING_STRATEGY")
                                                        .setRule("r")
                                                        .setMessage("no such strategy"))));

        await().atMost(PATIENCE).until(() -> look().instances().get(0).plan() == 7);
        ReportedDecisions.Instance view = look().instances().get(0);
        assertThat(view.versions()).containsEntry("RateLimitStrategy", 4711L);
        assertThat(view.problems())
                .extracting(ReportedDecisions.Problem::rule)
                .containsExactly("r");
        assertThat(view.adapters()).containsExactly("gRPC");
        assertThat(view.sdkVersion()).isEqualTo("1.2.3");
        assertThat(view.reportedAt()).isNotNull();
    }

    @Test
    void instancesAreToldHowManyTheyAre() {
        ReportingInstance first = ReportingInstance.of(channel, "a");
        first.awaitInstances(1);
        ReportingInstance second = ReportingInstance.of(channel, "b");
        ReportingInstance other = ReportingInstance.of(channel, "", "bar-app", "c");

        first.awaitInstances(2);
        second.awaitInstances(2);
        other.awaitInstances(1);
        second.leave();
        first.awaitInstances(1);
    }

    @Test
    void anInstanceThatComesAgainTakesItsOwnPlace() {
        ReportingInstance before = ReportingInstance.of(channel, "a");
        before.awaitInstances(1);
        ReportingInstance after = ReportingInstance.of(channel, "a");

        assertThat(before.end().getCode()).isEqualTo(Status.Code.ABORTED);
        after.awaitInstances(1);
        assertThat(look().instances()).hasSize(1);
    }

    @Test
    void aReportOfAnEarlierRoundIsIgnored() {
        ReportingInstance instance = asked("a");
        instance.say(declaring("old").setRound(instance.latest().getRound() - 1));
        instance.report(declaring("new"));

        await().atMost(PATIENCE).until(() -> !look().resources().isEmpty());
        assertThat(resource().name()).isEqualTo("new");
    }

    @Test
    void countsBeyondAllMeasureAreNoHarm() {
        ReportingInstance instance = asked("a");
        instance.report(
                declaring("GET:/")
                        .addCounts(
                                ResourceCounts.newBuilder()
                                        .setId(0)
                                        .setPassed(-1)
                                        .setRefused(Long.MAX_VALUE)
                                        .setWaitedMicros(Long.MIN_VALUE)
                                        .setInFlight(-1)
                                        .addStrategies(
                                                StrategyCounts.newBuilder()
                                                        .setIndex(-1)
                                                        .setRefused(1))
                                        .addStrategies(
                                                StrategyCounts.newBuilder()
                                                        .setRefused(Long.MAX_VALUE)
                                                        .setBreakerValue(99)))
                        .addCounts(counts(77, 5)));

        await().atMost(PATIENCE)
                .until(() -> !look().resources().isEmpty() && resource().refused() > 0);
        ReportedDecisions.Resource resource = resource();
        assertThat(resource.passed()).isPositive();
        assertThat(resource.inFlight()).isPositive();
        assertThat(resource.waitedPerSecond()).isNotNegative();
        instance.leave();
        await().atMost(PATIENCE).until(() -> resource().inFlight() == 0);
    }

    @Test
    void whatIsNoReportEndsItsStreamAlone() {
        ReportingInstance good = asked("good");
        ReportingInstance gap = asked("gap");
        gap.report(DecisionReport.newBuilder().addDeclarations(declaration(5, "GET:/")));
        ReportingInstance twice = asked("twice");
        twice.say(DecisionReport.newBuilder().setReporter(Reporter.newBuilder().setApp("x")));
        ReportingInstance large = asked("large");
        large.report(
                DecisionReport.newBuilder()
                        .addDeclarations(
                                ResourceDeclaration.newBuilder()
                                        .setResource(
                                                "x".repeat(DecisionStream.MOST_MESSAGE_BYTES))));
        ReportingInstance nobody = ReportingInstance.silent(channel);
        nobody.say(DecisionReport.newBuilder().setRound(1));

        for (ReportingInstance each : List.of(gap, twice, large, nobody)) {
            assertThat(each.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
        assertThat(good.isOver()).isFalse();
        good.awaitInstances(1);
    }

    @Test
    void namesAreCutAndStayInOneLine() {
        ReportingInstance instance = asked("a");
        instance.report(declaring("GET:/\n" + "x".repeat(5000)));

        await().atMost(PATIENCE).until(() -> !look().resources().isEmpty());
        assertThat(resource().name()).hasSize(256).startsWith("GET:/ xx");
    }

    @Test
    void rulesArePushedWhileAClientFloodsWithReports() throws Exception {
        ReportingInstance flood = asked("flood");
        try (var client = new TestClient(controlPlane)) {
            TestClient.Stream plain = client.open();
            plain.subscribe("foo-app", RateLimits.RATE_LIMIT);
            plain.next();
            for (int i = 0; i < 5000; i++) {
                flood.report(declaring("GET:/" + i).addCounts(counts(0, 1)));
            }
            rules.put(RateLimits.rateLimit("limit", 5));

            assertThat(plain.next().getDataWithVersion().getDataCount()).isEqualTo(1);
        }
    }

    @Test
    void onlyWhoMayReportForAnApplicationDoes() {
        try (ControlPlane guarded =
                ControlPlane.builder()
                        .port(0)
                        .authorizer(
                                TokenAuthorizer.of(
                                        new Grant(
                                                "foo", "t1", Set.of("default"), Set.of("foo-app")),
                                        new Grant("far", "t2", Set.of("far"), Set.of("foo-app"))))
                        .start()) {
            ManagedChannel to = channelTo(guarded);
            try {
                ReportingInstance own = ReportingInstance.of(to, "t1", "foo-app", "a");
                ReportingInstance foreign = ReportingInstance.of(to, "t1", "bar-app", "b");
                ReportingInstance far = ReportingInstance.of(to, "t2", "foo-app", "c");
                ReportingInstance unknown = ReportingInstance.of(to, "t3", "foo-app", "d");

                own.awaitInstances(1);
                assertThat(foreign.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
                assertThat(far.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
                assertThat(unknown.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
                assertThat(guarded.decisions("default", "foo-app").instances())
                        .extracting(ReportedDecisions.Instance::principal)
                        .containsExactly("foo");
            } finally {
                to.shutdownNow();
            }
        }
    }

    @Test
    void instancesBeyondTheLimitAreRefusedAndRulesAreNot() throws Exception {
        try (ControlPlane small = ControlPlane.builder().port(0).maxStreams(2).start();
                var client = new TestClient(small)) {
            ManagedChannel to = channelTo(small);
            try {
                ReportingInstance.of(to, "a").awaitInstances(1);
                ReportingInstance.of(to, "b").awaitInstances(2);
                assertThat(ReportingInstance.of(to, "c").end().getCode())
                        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);

                TestClient.Stream plain = client.open();
                plain.subscribe("foo-app", RateLimits.RATE_LIMIT);
                assertThat(plain.next().getKind()).isEqualTo(RateLimits.RATE_LIMIT);
            } finally {
                to.shutdownNow();
            }
        }
    }

    @Test
    void closingEndsTheStreamsAtOnce() {
        ReportingInstance instance = ReportingInstance.of(channel, "a");
        instance.awaitInstances(1);

        controlPlane.close();

        assertThat(instance.end().getCode()).isIn(Status.Code.OK, Status.Code.UNAVAILABLE);
    }
}

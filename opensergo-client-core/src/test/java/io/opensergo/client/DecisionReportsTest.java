package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.opensergo.api.DecisionReport;
import io.opensergo.api.DecisionReport.Resource;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.proto.internal.decision_report.v1.DecisionReportServiceGrpc;
import io.opensergo.proto.internal.decision_report.v1.ReportDirective;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** What a client reports of decisions, over real sockets. */
class DecisionReportsTest {

    private static final Target SHOP = Target.of("shop");

    private final AtomicLong passed = new AtomicLong();

    /** A control plane's service that asks when a test tells it to. */
    private static final class Service
            extends DecisionReportServiceGrpc.DecisionReportServiceImplBase {

        private final List<Stream> streams = new CopyOnWriteArrayList<>();

        @Override
        public StreamObserver<io.opensergo.proto.internal.decision_report.v1.DecisionReport>
                reportDecisions(StreamObserver<ReportDirective> replies) {
            var stream = new Stream(replies);
            streams.add(stream);
            return stream;
        }

        Stream stream(int number) {
            await().until(() -> streams.size() > number);
            return streams.get(number);
        }
    }

    private static final class Stream
            implements StreamObserver<
                    io.opensergo.proto.internal.decision_report.v1.DecisionReport> {

        private final StreamObserver<ReportDirective> replies;
        private final List<io.opensergo.proto.internal.decision_report.v1.DecisionReport> reports =
                new CopyOnWriteArrayList<>();
        private volatile boolean completed;

        Stream(StreamObserver<ReportDirective> replies) {
            this.replies = replies;
        }

        void ask(int intervalMillis, int round, int instances) {
            replies.onNext(
                    ReportDirective.newBuilder()
                            .setIntervalMillis(intervalMillis)
                            .setRound(round)
                            .setInstances(instances)
                            .build());
        }

        io.opensergo.proto.internal.decision_report.v1.DecisionReport report(int number) {
            await().until(() -> reports.size() > number);
            return reports.get(number);
        }

        @Override
        public void onNext(io.opensergo.proto.internal.decision_report.v1.DecisionReport report) {
            reports.add(report);
        }

        @Override
        public void onError(Throwable error) {
            completed = true;
        }

        @Override
        public void onCompleted() {
            completed = true;
            replies.onCompleted();
        }
    }

    private DecisionReport report() {
        return new DecisionReport(
                Set.of(),
                1,
                Map.of(),
                List.of(),
                List.of(
                        new Resource(
                                "GET:/", false, passed.get(), 0, Duration.ZERO, 0, List.of())));
    }

    private static OpenSergoClient client(ScriptedControlPlane... controlPlanes) {
        String[] endpoints =
                List.of(controlPlanes).stream()
                        .map(ScriptedControlPlane::endpoint)
                        .toArray(String[]::new);
        return OpenSergoClients.builder()
                .endpoints(endpoints)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(10))
                .build();
    }

    @Test
    void saysWhoReportsAndNothingElseUntilItIsAsked() {
        var service = new Service();
        try (var plane = ScriptedControlPlane.startWith(service);
                OpenSergoClient client = client(plane)) {
            AtomicLong reads = new AtomicLong();
            List<Integer> instances = new CopyOnWriteArrayList<>();
            client.reportDecisions(
                            SHOP,
                            () -> {
                                reads.incrementAndGet();
                                return report();
                            })
                    .subscribe(instances::add);
            Stream stream = service.stream(0);

            assertThat(stream.report(0).getReporter().getApp()).isEqualTo("shop");
            stream.ask(0, 0, 4);
            await().until(() -> instances.equals(List.of(4)));
            assertThat(reads).hasValue(0);
            assertThat(stream.reports).hasSize(1);

            stream.ask(1000, 1, 4);
            assertThat(stream.report(1).getDeclarations(0).getResource()).isEqualTo("GET:/");
            passed.set(5);
            await().until(
                            () ->
                                    stream.reports.stream()
                                            .anyMatch(
                                                    each ->
                                                            each.getCountsCount() == 1
                                                                    && each.getCounts(0).getPassed()
                                                                            == 5));
        }
    }

    @Test
    void aForeignControlPlaneIsAskedOnceAndItsRulesGoOn() {
        try (var foreign = ScriptedControlPlane.start();
                OpenSergoClient client = client(foreign)) {
            List<Integer> instances = new CopyOnWriteArrayList<>();
            try (LogCapture log = LogCapture.open()) {
                client.reportDecisions(SHOP, this::report).subscribe(instances::add);
                var rules = new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
                var limit = Recorder.limit("limit", 5);
                foreign.stream().answerSubscribe(0, 1, limit);
                rules.awaitRules(limit);

                assertThat(instances).isEmpty();
                assertThat(log.linesOf(DecisionReporter.class)).isEmpty();
                assertThat(foreign.streamCount()).isEqualTo(1);
            }
        }
    }

    @Test
    void reportsAnewOnTheNextConnectionAndKeepsTheNumberOfInstances() {
        var first = new Service();
        var second = new Service();
        try (var one = ScriptedControlPlane.startWith(first);
                var two = ScriptedControlPlane.startWith(second);
                OpenSergoClient client = client(one, two)) {
            List<Integer> instances = new CopyOnWriteArrayList<>();
            client.reportDecisions(SHOP, this::report).subscribe(instances::add);
            first.stream(0).ask(1000, 1, 9);
            first.stream(0).report(1);
            String instance = first.stream(0).report(0).getReporter().getInstance();
            await().until(() -> instances.equals(List.of(9)));
            one.kill();

            Stream moved = second.stream(0);
            assertThat(moved.report(0).getReporter().getInstance()).isEqualTo(instance);
            moved.ask(1000, 1, 1);
            assertThat(moved.report(1).getDeclarationsCount()).isEqualTo(1);
            assertThat(instances).containsExactly(9);
        }
    }

    @Test
    void eachGovernorHasAStreamThatEndsWithIt() {
        var service = new Service();
        try (var plane = ScriptedControlPlane.startWith(service);
                OpenSergoClient client = client(plane)) {
            var one = client.reportDecisions(SHOP, this::report).subscribe();
            Stream first = service.stream(0);
            client.reportDecisions(SHOP, this::report).subscribe();
            Stream second = service.stream(1);
            assertThat(first.report(0).getReporter().getInstance())
                    .isNotEqualTo(second.report(0).getReporter().getInstance());

            one.dispose();

            await().until(() -> first.completed);
            assertThat(second.completed).isFalse();
            second.ask(1000, 1, 1);
            second.report(1);
        }
    }

    @Test
    void aStreamThatFailsIsMadeAgainAndOneThatIsRefusedSoonIsNot() {
        var service = new Service();
        var loop = new EventLoop();
        try (var plane = ScriptedControlPlane.startWith(service)) {
            var to = NettyChannelBuilder.forTarget(plane.endpoint()).usePlaintext().build();
            var reports =
                    new DecisionReports(
                            loop,
                            Schedulers.boundedElastic(),
                            new DecisionReports.Pauses(
                                    Duration.ofMillis(5),
                                    Duration.ofHours(1),
                                    Duration.ofHours(1)));
            LatestFlux.<Integer>of(
                            loop,
                            Schedulers.boundedElastic(),
                            follower -> reports.join(SHOP, this::report, follower),
                            reports::leave)
                    .subscribe();
            loop.execute(() -> reports.onConnected(DecisionReportServiceGrpc.newStub(to)));
            service.stream(0).replies.onError(Status.INTERNAL.asRuntimeException());
            service.stream(1)
                    .replies
                    .onError(Status.PERMISSION_DENIED.withDescription("no").asRuntimeException());

            assertThat(service.streams).hasSize(2);
            loop.execute(() -> reports.onConnected(DecisionReportServiceGrpc.newStub(to)));
            service.stream(2).report(0);
            assertThat(service.streams).hasSize(3);
            to.shutdownNow();
        } finally {
            loop.stop();
        }
    }

    @Test
    void whatCannotBeReadIsLoggedOnceAndReportsGoOn() {
        var service = new Service();
        AtomicLong reads = new AtomicLong();
        Supplier<DecisionReport> failing =
                () -> {
                    if (reads.incrementAndGet() == 1) {
                        throw new IllegalStateException("not now");
                    }
                    return report();
                };
        try (var plane = ScriptedControlPlane.startWith(service);
                OpenSergoClient client = client(plane);
                LogCapture log = LogCapture.open()) {
            client.reportDecisions(SHOP, failing).subscribe();
            service.stream(0).ask(1, 1, 1);

            assertThat(service.stream(0).report(1).getDeclarationsCount()).isEqualTo(1);
            assertThat(log.linesOf(DecisionReporter.class)).hasSize(1);
        }
    }

    @Test
    void nothingIsSaidIfReportsAreSwitchedOff() {
        var service = new Service();
        try (var plane = ScriptedControlPlane.startWith(service);
                OpenSergoClient client =
                        OpenSergoClients.builder()
                                .endpoints(plane.endpoint())
                                .reportDecisions(false)
                                .build()) {
            var end = client.reportDecisions(SHOP, this::report).then().toFuture();
            var rules = new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
            plane.stream().answerSubscribe(0, 1);
            rules.awaitRules();

            assertThat(service.streams).isEmpty();
            client.close();
            await().until(end::isDone);
        }
    }
}

package io.opensergo.controlplane;

import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opensergo.proto.internal.decision_report.v1.DecisionReport;
import io.opensergo.proto.internal.decision_report.v1.DecisionReportServiceGrpc;
import io.opensergo.proto.internal.decision_report.v1.ReportDirective;
import io.opensergo.proto.internal.decision_report.v1.Reporter;
import io.opensergo.proto.internal.decision_report.v1.ResourceCounts;
import io.opensergo.proto.internal.decision_report.v1.ResourceDeclaration;
import io.opensergo.proto.internal.decision_report.v1.StrategyCounts;
import io.opensergo.proto.internal.decision_report.v1.StrategyDeclaration;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** An instance that says what a test tells it to, over a real socket. */
final class ReportingInstance implements StreamObserver<ReportDirective> {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<ReportDirective> directives = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final StreamObserver<DecisionReport> out;

    private ReportingInstance(ManagedChannel channel, String token) {
        var headers = new Metadata();
        if (!token.isEmpty()) {
            headers.put(
                    Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                    "Bearer " + token);
        }
        out =
                DecisionReportServiceGrpc.newStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .reportDecisions(this);
    }

    /** Begins a stream, on which nobody has said yet who reports. */
    static ReportingInstance silent(ManagedChannel channel) {
        return new ReportingInstance(channel, "");
    }

    /** Begins the stream of an instance of {@code foo-app}. */
    static ReportingInstance of(ManagedChannel channel, String instance) {
        return of(channel, "", "foo-app", instance);
    }

    static ReportingInstance of(ManagedChannel channel, String token, String app, String instance) {
        var begun = new ReportingInstance(channel, token);
        begun.say(
                DecisionReport.newBuilder()
                        .setReporter(
                                Reporter.newBuilder()
                                        .setNamespace("default")
                                        .setApp(app)
                                        .setInstance(instance)
                                        .setHostName("host-" + instance)
                                        .setSdkVersion("1.2.3")));
        return begun;
    }

    /** Declares a resource with a rate limit and a circuit breaker. */
    static ResourceDeclaration declaration(int id, String resource) {
        return ResourceDeclaration.newBuilder()
                .setId(id)
                .setResource(resource)
                .addStrategies(strategy("RateLimitStrategy", "limit"))
                .addStrategies(strategy("CircuitBreakerStrategy", "breaker"))
                .build();
    }

    static StrategyDeclaration strategy(String kind, String name) {
        return StrategyDeclaration.newBuilder().setRule("rule").setKind(kind).setName(name).build();
    }

    static ResourceCounts counts(int id, long passed, StrategyCounts... strategies) {
        return ResourceCounts.newBuilder()
                .setId(id)
                .setPassed(passed)
                .addAllStrategies(List.of(strategies))
                .build();
    }

    void say(DecisionReport.Builder report) {
        out.onNext(report.build());
    }

    /** Says something in the round that the control plane is in. */
    void report(DecisionReport.Builder report) {
        say(report.setRound(latest().getRound()));
    }

    void leave() {
        out.onCompleted();
    }

    ReportDirective latest() {
        return directives.isEmpty()
                ? ReportDirective.getDefaultInstance()
                : directives.get(directives.size() - 1);
    }

    List<ReportDirective> directives() {
        return directives;
    }

    void awaitAsked() {
        await().atMost(PATIENCE).until(() -> latest().getIntervalMillis() > 0);
    }

    void awaitInstances(int count) {
        await().atMost(PATIENCE).until(() -> latest().getInstances() == count);
    }

    Status end() {
        return end.orTimeout(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS).join();
    }

    boolean isOver() {
        return end.isDone();
    }

    @Override
    public void onNext(ReportDirective directive) {
        directives.add(directive);
    }

    @Override
    public void onError(Throwable error) {
        end.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }
}

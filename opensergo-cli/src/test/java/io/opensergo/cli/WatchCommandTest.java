package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opensergo.controlplane.Authorizer;
import io.opensergo.controlplane.ClientCredentials;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc.OpenSergoUniversalTransportServiceImplBase;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.document.RuleReader;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed when a control plane refuses: by a process of its own, with its log. */
class WatchCommandTest {

    private static final String RULE =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: a, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 1}
            """;
    private static final String REASON =
            "the control plane refuses this with code 4002: this client may not read these rules,"
                    + " whether there are any or not";

    @TempDir private Path directory;

    /** Lets a client of some name, or nobody, read the kinds that a test allows. */
    private record Allowing(@Nullable String client, Predicate<String> kinds)
            implements Authorizer {

        @Override
        public @Nullable String authenticate(ClientCredentials credentials) {
            return client;
        }

        @Override
        public boolean mayRead(String client, String namespace, String app, String kind) {
            return kinds.test(kind);
        }
    }

    private CliProcess watch(Authorizer authorizer, String kind) throws Exception {
        var rules = new InMemoryRuleSource();
        rules.put(RuleReader.strict().read(RULE, "test").orThrow());
        try (ControlPlane controlPlane =
                ControlPlane.builder().port(0).source(rules).authorizer(authorizer).start()) {
            String line =
                    "watch --app shop --for 0.1s --timeout 100s --endpoint localhost:"
                            + controlPlane.port()
                            + " --kind "
                            + kind;
            return CliProcess.run(directory, line.split(" "));
        }
    }

    @Test
    void refusedKindsAreReportedInALineAndTheOthersFollowed() throws Exception {
        CliProcess watch = watch(new Allowing("c", kind -> !kind.contains("Traffic")), "ALL");

        assertThat(watch.err().lines()).hasSize(2);
        assertThat(watch.err())
                .contains("Connected to localhost:")
                .containsPattern(
                        "error: (TrafficRouter, TrafficLane|TrafficLane, TrafficRouter) of"
                                + " default/shop: "
                                + REASON);
        assertThat(watch.out())
                .contains("RateLimitStrategy of default/shop", "1 rule")
                .contains("Sharding of default/shop");
        assertThat(watch.exitCode()).isZero();
    }

    @Test
    void aControlPlaneThatStaysSilentGivesNoAnswerWhichIsNotNoRules() throws Exception {
        Server silent =
                NettyServerBuilder.forPort(0)
                        .addService(
                                new OpenSergoUniversalTransportServiceImplBase() {
                                    @Override
                                    public StreamObserver<SubscribeRequest> subscribeConfig(
                                            StreamObserver<SubscribeResponse> responses) {
                                        return new Ignoring();
                                    }
                                })
                        .build()
                        .start();
        try {
            String line =
                    "watch --app shop --for 0.1s --timeout 100s --kind RateLimitStrategy --endpoint localhost:"
                            + silent.getPort();
            CliProcess watch = CliProcess.run(directory, line.split(" "));

            assertThat(watch.out())
                    .contains("RateLimitStrategy of default/shop: no answer")
                    .doesNotContain("version 0");
            assertThat(watch.exitCode()).isEqualTo(3);
        } finally {
            silent.shutdownNow();
        }
    }

    /** Takes whatever is asked and says nothing. */
    private static final class Ignoring implements StreamObserver<SubscribeRequest> {

        @Override
        public void onNext(SubscribeRequest request) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }

    @Test
    void aForbiddenAppIsSaidInOneLine() throws Exception {
        CliProcess watch = watch(new Allowing("c", kind -> false), "ALL");

        assertThat(watch.err().lines())
                .hasSize(2)
                .contains("error: every kind of default/shop: " + REASON);
        assertThat(watch.out()).isEmpty();
        assertThat(watch.exitCode()).isEqualTo(1);
    }

    @Test
    void aKindThatIsRefusedAloneIsNamed() throws Exception {
        CliProcess watch = watch(new Allowing("c", kind -> false), "TrafficRouter");

        assertThat(watch.err().lines())
                .hasSize(2)
                .contains("error: TrafficRouter of default/shop: " + REASON);
        assertThat(watch.exitCode()).isEqualTo(1);
    }

    @Test
    void aClientThatIsRefusedAsAWholeIsNotWaitedFor() throws Exception {
        CliProcess watch = watch(new Allowing(null, kind -> false), "ALL");

        assertThat(watch.err())
                .contains("error: control plane at 'localhost:")
                .contains("does not accept the client's token or certificate")
                .doesNotContain("Exception");
        assertThat(watch.out()).isEmpty();
        assertThat(watch.exitCode()).isEqualTo(1);
    }
}

package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.ReportRefusedException;
import io.opensergo.proto.internal.service_contract.v1.MetadataServiceGrpc;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataReply;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.Node;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class MetadataReportsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(100);
    private static final Duration RETRY_INTERVAL = Duration.ofMillis(5);

    /** How the server ends the calls that come, one after the other; OK when it is told no more. */
    private final Queue<Status> endings = new ConcurrentLinkedQueue<>();

    private final List<String> reported = new CopyOnWriteArrayList<>();
    private final EventLoop loop = new EventLoop();
    private final MetadataReports reports =
            new MetadataReports(loop, RETRY_INTERVAL, Duration.ofHours(1));
    private Server server;
    private ManagedChannel channel;

    private final class Service extends MetadataServiceGrpc.MetadataServiceImplBase {

        @Override
        public void reportMetadata(
                ReportMetadataRequest request, StreamObserver<ReportMetadataReply> reply) {
            reported.add(request.getAppName() + "@" + request.getNode().getTag());
            Status ending = endings.poll();
            if (ending == null) {
                reply.onNext(ReportMetadataReply.getDefaultInstance());
                reply.onCompleted();
            } else {
                reply.onError(ending.asRuntimeException());
            }
        }
    }

    @BeforeEach
    void connect() throws IOException {
        server = NettyServerBuilder.forPort(0).addService(new Service()).build().start();
        channel =
                NettyChannelBuilder.forAddress("localhost", server.getPort())
                        .usePlaintext()
                        .build();
        loop.execute(() -> reports.onConnected(MetadataServiceGrpc.newStub(channel)));
    }

    @AfterEach
    void disconnect() throws InterruptedException {
        loop.stop();
        channel.shutdownNow();
        server.shutdownNow();
        server.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static ApplicationMetadata shop(String tag) {
        Node node = Node.of("node-7", 4711, Instant.EPOCH).withTag(tag);
        return ApplicationMetadata.builder().app("shop").node(node).build();
    }

    private Mono<Void> report(ApplicationMetadata metadata) {
        return Mono.create(sink -> loop.execute(() -> reports.put(metadata, sink)));
    }

    @Test
    void reportThatCouldNotBeTakenIsTriedAgain() {
        endings.add(Status.UNAVAILABLE);
        endings.add(Status.INTERNAL);

        StepVerifier.create(report(shop("v1"))).expectComplete().verify(PATIENCE);

        assertThat(reported).containsExactly("shop@v1", "shop@v1", "shop@v1");
    }

    @Test
    void refusalIsAnErrorAndNotTriedAgainSoon() {
        endings.add(Status.PERMISSION_DENIED.withDescription("not yours"));

        StepVerifier.create(report(shop("v1")))
                .expectErrorMatches(
                        error ->
                                error instanceof ReportRefusedException
                                        && error.getMessage().contains("not yours"))
                .verify(PATIENCE);
        StepVerifier.create(Mono.delay(RETRY_INTERVAL.multipliedBy(10)))
                .expectNextCount(1)
                .verifyComplete();

        assertThat(reported).containsExactly("shop@v1");
    }

    @Test
    void whatWasSaidIsSaidAgainAfterAWhileWhetherItWasTakenOrRefused() {
        var repeating = new MetadataReports(loop, RETRY_INTERVAL, Duration.ofMillis(5));
        endings.add(Status.PERMISSION_DENIED);
        loop.execute(() -> repeating.onConnected(MetadataServiceGrpc.newStub(channel)));

        StepVerifier.create(
                        Mono.<Void>create(
                                sink -> loop.execute(() -> repeating.put(shop("v1"), sink))))
                .expectError(ReportRefusedException.class)
                .verify(PATIENCE);

        await().until(() -> reported.size() >= 4);
        loop.execute(repeating::onDisconnected);
    }

    @Test
    void eachConnectionIsToldTheLatest() {
        StepVerifier.create(report(shop("v1"))).expectComplete().verify(PATIENCE);
        StepVerifier.create(report(shop("v2"))).expectComplete().verify(PATIENCE);

        loop.execute(reports::onDisconnected);
        loop.execute(() -> reports.onConnected(MetadataServiceGrpc.newStub(channel)));

        await().until(() -> reported.equals(List.of("shop@v1", "shop@v2", "shop@v2")));
    }

    @Test
    void whoWaitsWhileThereIsNoConnectionIsAnsweredOnTheNext() {
        loop.execute(reports::onDisconnected);

        StepVerifier.create(report(shop("v1")))
                .then(
                        () ->
                                loop.execute(
                                        () ->
                                                reports.onConnected(
                                                        MetadataServiceGrpc.newStub(channel))))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void whoeverReportedBeforeWaitsForTheReportThatTookItsPlace() {
        loop.execute(reports::onDisconnected);
        var first = report(shop("v1")).toFuture();
        var second = report(shop("v2")).toFuture();

        loop.execute(() -> reports.onConnected(MetadataServiceGrpc.newStub(channel)));

        await().until(() -> first.isDone() && second.isDone());
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(reported).containsExactly("shop@v2");
    }

    @Test
    void controlPlaneWithoutAMetadataServiceIsSaidToHaveNone() {
        try (var plain = ScriptedControlPlane.start();
                OpenSergoClient client = OpenSergoClients.connect(plain.endpoint())) {
            StepVerifier.create(client.report(shop("v1")))
                    .expectErrorMatches(
                            error ->
                                    error instanceof ReportRefusedException
                                            && error.getMessage()
                                                    .endsWith("it has no metadata service"))
                    .verify(PATIENCE);
        }
    }
}

package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.opensergo.api.ClientClosedException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.ReportRefusedException;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.TokenAuthorizer.Grant;
import io.opensergo.proto.internal.service_contract.v1.MetadataServiceGrpc;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.ListeningAddress;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.contract.ServiceContract;
import io.opensergo.rules.contract.ServiceDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What an application tells of itself, from a real client into a control plane. */
class ServiceMetadataTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static ApplicationMetadata serving(String app, String service) {
        var method = MethodDescriptor.of("place", List.of("Order"), List.of("Receipt"));
        var contract =
                ServiceContract.builder()
                        .services(
                                List.of(
                                        ServiceDescriptor.builder()
                                                .name(service)
                                                .methods(List.of(method))
                                                .build()))
                        .build();
        return ApplicationMetadata.builder()
                .app(app)
                .node(Node.ofThisProcess().withTag("beta"))
                .services(
                        List.of(
                                ServiceMetadata.builder()
                                        .contract(contract)
                                        .listeningAddresses(
                                                List.of(
                                                        ListeningAddress.builder()
                                                                .address("10.2.0.9")
                                                                .port(8088)
                                                                .build()))
                                        .protocols(List.of("http"))
                                        .build()))
                .build();
    }

    private static OpenSergoClient client(int port, @Nullable String token) {
        var builder =
                OpenSergoClients.builder()
                        .endpoints("http://localhost:" + port)
                        .backoff(Duration.ofMillis(5), Duration.ofMillis(50));
        return (token == null ? builder : builder.token(() -> token)).build();
    }

    private static List<ApplicationMetadata> known(ControlPlane controlPlane) {
        return controlPlane.applications().stream().map(ReportedApplication::metadata).toList();
    }

    @Test
    void controlPlaneKnowsTheLastReportOfEachApplication() {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start();
                OpenSergoClient client = client(controlPlane.port(), null)) {
            client.report(serving("shop", "OrderApi")).block(PATIENCE);
            client.report(serving("cart", "CartApi")).block(PATIENCE);
            client.report(serving("shop", "OrderApi2")).block(PATIENCE);

            assertThat(known(controlPlane))
                    .containsExactly(serving("cart", "CartApi"), serving("shop", "OrderApi2"));
            assertThat(controlPlane.applications().get(0).remoteAddress()).contains("127.0.0.1");
        }
    }

    @Test
    void controlPlaneThatIsStartedAgainIsToldAgain() {
        int port;
        try (ControlPlane first = ControlPlane.builder().port(0).start()) {
            port = first.port();
        }
        try (OpenSergoClient client = client(port, null)) {
            var taken = client.report(serving("shop", "OrderApi")).toFuture();
            try (ControlPlane second = ControlPlane.builder().port(port).start()) {
                await().atMost(PATIENCE).until(taken::isDone);
                assertThat(known(second)).containsExactly(serving("shop", "OrderApi"));
            }
            try (ControlPlane third = ControlPlane.builder().port(port).start()) {
                await().atMost(PATIENCE)
                        .untilAsserted(
                                () ->
                                        assertThat(known(third))
                                                .containsExactly(serving("shop", "OrderApi")));
            }
        }
    }

    @Test
    void tokenOpensReportsOnItsApplications() {
        Authorizer shopOnly =
                TokenAuthorizer.of(new Grant("shop", "secret", Set.of("default"), Set.of("shop")));
        try (ControlPlane controlPlane =
                        ControlPlane.builder().port(0).authorizer(shopOnly).start();
                OpenSergoClient client = client(controlPlane.port(), "secret")) {
            client.report(serving("shop", "OrderApi")).block(PATIENCE);

            StepVerifier.create(client.report(serving("cart", "CartApi")))
                    .expectErrorSatisfies(
                            error ->
                                    assertThat(error)
                                            .isInstanceOf(ReportRefusedException.class)
                                            .hasMessageContaining("'cart'")
                                            .hasMessageContaining("may not report"))
                    .verify(PATIENCE);
            assertThat(known(controlPlane)).containsExactly(serving("shop", "OrderApi"));
            assertThat(controlPlane.applications().get(0).principal()).isEqualTo("shop");
        }
    }

    @Test
    void authorizerThatSaysNothingOfReportsAllowsNone() {
        Authorizer readersOnly =
                new Authorizer() {
                    @Override
                    public String authenticate(ClientCredentials credentials) {
                        return "anybody";
                    }

                    @Override
                    public boolean mayRead(
                            String client, String namespace, String app, String kind) {
                        return true;
                    }
                };
        try (ControlPlane controlPlane =
                        ControlPlane.builder().port(0).authorizer(readersOnly).start();
                OpenSergoClient client = client(controlPlane.port(), null)) {
            StepVerifier.create(client.report(serving("shop", "OrderApi")))
                    .expectError(ReportRefusedException.class)
                    .verify(PATIENCE);
            assertThat(controlPlane.applications()).isEmpty();
        }
    }

    @Test
    void reportThatCannotBeReadIsRefusedWithWhatIsWrong() throws InterruptedException {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start();
                TestClient client = new TestClient(controlPlane)) {
            var stub = MetadataServiceGrpc.newBlockingStub(client.channel());

            assertThatThrownBy(
                            () ->
                                    stub.reportMetadata(
                                            ReportMetadataRequest.newBuilder()
                                                    .setAppName("shop")
                                                    .build()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> {
                                assertThat(e.getStatus().getCode())
                                        .isEqualTo(Status.Code.INVALID_ARGUMENT);
                                assertThat(e).hasMessageContaining("node is required");
                            });
            assertThat(controlPlane.applications()).isEmpty();
        }
    }

    @Test
    void whoWaitsForAControlPlaneIsToldThatTheClientIsClosed() {
        OpenSergoClient client = client(1, null);
        StepVerifier.create(client.report(serving("shop", "OrderApi")))
                .then(client::close)
                .expectError(ClientClosedException.class)
                .verify(PATIENCE);
        StepVerifier.create(client.report(serving("shop", "OrderApi")))
                .expectError(ClientClosedException.class)
                .verify(PATIENCE);
    }
}

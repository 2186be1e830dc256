package io.opensergo.grpc;

import static io.opensergo.grpc.World.failure;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.opensergo.testsupport.Documents;
import io.opensergo.testsupport.TestCertificate;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers and channels with TLS: rules are followed as without. */
class TlsTest {

    private static final String BY_COHORT =
            Documents.router(
                    "prices",
                    """
                    hosts: [prices]
                    http:
                      - match: [{headers: {x-cohort: {exact: beta}}}]
                        route: [{destination: {host: prices, subset: v2}}]
                      - route: [{destination: {host: prices, subset: v1}}]
                    """);

    @TempDir private static Path directory;
    private static TestCertificate prices;

    private final Registry registry = new Registry();
    private final World world = new World(registry);

    @BeforeAll
    static void makeCertificate() throws Exception {
        prices = TestCertificate.selfSignedFor(directory, "prices", "prices");
    }

    @BeforeEach
    void start() throws Exception {
        registry.set("prices", instance("first", "v1"), instance("second", "v2"));
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @Test
    void callsAndStreamsAreRouted() throws Exception {
        world.rules(BY_COHORT);
        Channel channel = channel();

        for (int i = 0; i < 10; i++) {
            assertThat(get(channel, "")).isEqualTo("first");
            assertThat(get(testers(channel), "")).isEqualTo("second");
        }
        var replies = new Replies();
        StreamObserver<String> chat =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(Prices.CHAT, World.withDeadline()), replies);
        chat.onNext("hello");
        chat.onCompleted();
        assertThat(replies.awaitEnd()).isEqualTo(Status.Code.OK);
        assertThat(replies.messages).containsExactly("hello");
    }

    @Test
    void aPolicyOfARuleBalances() throws Exception {
        world.rules(Documents.spread("prices", "hash:x-cohort"));
        Channel channel = channel();
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            used.add(get(testers(channel), ""));
        }

        assertThat(used).hasSize(1);
    }

    @Test
    void aClientIsGuarded() throws Exception {
        world.rules(
                Documents.rateLimit("limit", 1, 600),
                Documents.rule("shop.Prices", "RateLimitStrategy", "limit"));
        Channel channel = channel();

        assertThat(get(channel, "")).isIn("first", "second");
        assertThat(failure(channel, "").getStatus().getCode())
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void aServerIsGuarded() throws Exception {
        world.rules(
                Documents.rateLimit("limit", 1, 600),
                Documents.rule("shop.Prices", "RateLimitStrategy", "limit"));
        Channel ungoverned =
                world.openAsItIs(
                        Grpc.newChannelBuilder(world.openSergo.target("prices"), credentials()));

        assertThat(get(ungoverned, "")).isIn("first", "second");
        assertThat(failure(ungoverned, "").getStatus().getCode())
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(world.inbound("shop.Prices").inFlight()).isZero();
    }

    @Test
    void aChannelWithoutTlsGetsNowhere() {
        Channel plain =
                world.open(
                        world.openSergo.govern(
                                ManagedChannelBuilder.forTarget(world.openSergo.target("prices"))));

        assertThat(failure(plain, "").getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private ServiceInstance instance(String name, String version) throws Exception {
        ServerCredentials credentials =
                TlsServerCredentials.newBuilder()
                        .keyManager(prices.bundle().toKeyManagerFactory().getKeyManagers())
                        .build();
        int port =
                world.start(
                        world.openSergo
                                .govern(Grpc.newServerBuilderForPort(0, credentials))
                                .addService(new Prices(name).definition()));
        return ServiceInstance.of("127.0.0.1", port, Map.of("version", version));
    }

    /** The channel's authority is the name of the service, which the certificate is of. */
    private Channel channel() throws Exception {
        return world.openAsItIs(
                world.openSergo.govern(
                        Grpc.newChannelBuilder(world.openSergo.target("prices"), credentials())));
    }

    private static ChannelCredentials credentials() {
        return TlsChannelCredentials.newBuilder()
                .trustManager(prices.bundle().toTrustManagerFactory().getTrustManagers())
                .build();
    }

    private static Channel testers(Channel channel) {
        var headers = new Metadata();
        headers.put(Headers.key("x-cohort"), "beta");
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }
}

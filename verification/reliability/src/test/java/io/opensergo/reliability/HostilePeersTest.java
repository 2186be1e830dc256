package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.ControlPlaneBuilder;
import io.opensergo.controlplane.ControlPlaneStatus.Refusals;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.controlplane.TokenAuthorizer;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a peer without credentials cannot do, and what the others get meanwhile. */
class HostilePeersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Target SHOP = Target.of("shop");
    private static final String TOKEN = "the-token-of-shop";
    private static final int ENHANCE_YOUR_CALM = 11;

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final List<RawHttp2> peers = new ArrayList<>();
    private final AtomicLong seen = new AtomicLong();
    private ControlPlane controlPlane;
    private OpenSergoClient honest;
    private long generation;

    private void start(UnaryOperator<ControlPlaneBuilder> settings) {
        controlPlane =
                settings.apply(
                                ControlPlane.builder()
                                        .port(0)
                                        .authorizer(
                                                TokenAuthorizer.of(
                                                        new TokenAuthorizer.Grant(
                                                                "shop",
                                                                TOKEN,
                                                                Set.of("default"),
                                                                Set.of("shop"))))
                                        .source(rules))
                        .start();
        honest =
                OpenSergoClients.builder()
                        .endpoints("http://127.0.0.1:" + controlPlane.port())
                        .token(() -> TOKEN)
                        .build();
        honest.rules(SHOP, RateLimitStrategy.KIND).subscribe(this::note);
        assertAnUpdateArrives();
    }

    private void note(RuleSnapshot<RateLimitStrategy> snapshot) {
        snapshot.rules().forEach(rule -> seen.set(rule.threshold()));
    }

    private void assertAnUpdateArrives() {
        long next = ++generation;
        rules.put(
                RateLimitStrategy.builder(Metadata.of("default", "shop", "limit"))
                        .threshold(next)
                        .statDuration(Duration.ofSeconds(1))
                        .build());
        await().atMost(PATIENCE).until(() -> seen.get() == next);
    }

    private RawHttp2 connect() throws IOException {
        RawHttp2 peer = RawHttp2.connect(controlPlane.port());
        peers.add(peer);
        return peer;
    }

    private Refusals refusals() {
        return controlPlane.status().refusals();
    }

    @AfterEach
    void stop() throws IOException {
        for (RawHttp2 peer : peers) {
            peer.close();
        }
        honest.close();
        controlPlane.close();
    }

    @Nested
    class CallsOfPeers {

        @Test
        void callThatIsBegunAndNotFinishedIsReset() throws IOException {
            start(builder -> builder.requestTimeout(Duration.ofSeconds(2)));
            long before = refusals().lateRequests(); // of the honest client, on a slow machine
            RawHttp2 peer = connect();

            int call = peer.open(RawHttp2.HEALTH_CHECK, TOKEN);
            int report = peer.open(RawHttp2.REPORT, TOKEN);
            int subscribe = peer.open(RawHttp2.SUBSCRIBE, TOKEN);
            peer.data(subscribe, RawHttp2.prefix(100));
            peer.flush();

            await().atMost(PATIENCE).until(() -> peer.isReset(call));
            await().atMost(PATIENCE).until(() -> peer.isReset(report));
            await().atMost(PATIENCE).until(() -> peer.isReset(subscribe));
            assertThat(refusals().lateRequests()).isEqualTo(before + 3);
            await().atMost(PATIENCE).until(() -> controlPlane.status().openCalls() == 1);
            assertAnUpdateArrives();
        }

        @Test
        void streamOnWhichNothingIsSaidStays() throws IOException {
            start(builder -> builder.requestTimeout(Duration.ofMillis(100)));
            RawHttp2 peer = connect();

            int quiet = peer.open(RawHttp2.SUBSCRIBE, TOKEN);
            int late = peer.open(RawHttp2.HEALTH_CHECK, TOKEN);
            peer.flush();

            await().atMost(PATIENCE).until(() -> peer.isReset(late));
            assertThat(peer.isOver(quiet)).isFalse();
        }

        @Test
        void callOfNobodyIsAnsweredAndReset() throws IOException {
            start(builder -> builder);
            RawHttp2 peer = connect();
            List<Integer> calls = new ArrayList<>();

            for (String path : List.of(RawHttp2.SUBSCRIBE, RawHttp2.REPORT, "/no.such/Method")) {
                calls.add(peer.open(path));
            }
            peer.flush();

            await().atMost(PATIENCE).until(() -> calls.stream().allMatch(peer::isReset));
            assertThat(refusals().unauthenticated()).isEqualTo(3);
        }

        @Test
        void callsBeyondTheLimitOfAllAreRefusedAndReset() throws IOException {
            start(builder -> builder.maxStreams(2));
            for (int i = 0; i < 40; i++) {
                RawHttp2 peer = connectFrom(InetAddress.getByName("127.0.1." + (i + 1)));
                for (int j = 0; j < 60; j++) {
                    peer.open(RawHttp2.HEALTH_CHECK, TOKEN);
                }
                peer.flush();
            }

            await().atMost(PATIENCE).until(() -> refusals().callsOverLimit() > 0);
            await().atMost(PATIENCE).until(() -> controlPlane.status().openCalls() <= 2 + 2000);
            assertAnUpdateArrives();
        }

        /** An address of its own is not held to the calls that others have begun. */
        private RawHttp2 connectFrom(InetAddress address) throws IOException {
            RawHttp2 peer = RawHttp2.connect(controlPlane.port(), 65_535, address);
            peers.add(peer);
            return peer;
        }

        @Test
        void callWhoseReplyIsNotReadIsReset() throws IOException {
            start(builder -> builder.stuckSubscriberTimeout(Duration.ofMillis(300)));
            RawHttp2 peer = unread();
            List<Integer> calls = new ArrayList<>();

            for (int i = 0; i < 100; i++) {
                int call = peer.open(RawHttp2.HEALTH_CHECK, TOKEN);
                calls.add(call);
                peer.data(call, RawHttp2.prefix(0));
                peer.halfClose(call);
            }
            peer.flush();

            await().atMost(PATIENCE).until(() -> calls.stream().allMatch(peer::isReset));
            await().atMost(PATIENCE).until(() -> controlPlane.status().openCalls() == 1);
            assertAnUpdateArrives();
        }
    }

    @Nested
    class Connections {

        @Test
        void connectionThatOpensMoreStreamsThanItMayIsClosed() throws IOException {
            start(builder -> builder.maxStreams(2));
            RawHttp2 peer = connect();

            openUntilClosed(peer, () -> peer.open(RawHttp2.HEALTH_CHECK, TOKEN));

            assertClosedForFlooding(peer);
            await().atMost(PATIENCE).until(() -> controlPlane.status().openCalls() == 1);
            assertAnUpdateArrives();
        }

        @Test
        void connectionThatLeavesAnsweredRequestsOpenIsClosed() throws Exception {
            start(builder -> builder);
            RawHttp2 peer = connect();

            for (int i = 0; i < 100 && !peer.isClosed(); i++) {
                int stream = peer.openWithoutContentType(RawHttp2.SUBSCRIBE);
                flush(peer);
                await().atMost(PATIENCE).until(() -> peer.isOver(stream) || peer.isClosed());
            }

            assertClosedForFlooding(peer);
        }

        private static void flush(RawHttp2 peer) {
            try {
                peer.flush();
            } catch (IOException e) {
                await().atMost(PATIENCE).until(peer::isClosed);
            }
        }

        @Test
        void connectionsBeyondTheLimitOfAnAddressAreClosed() throws IOException {
            start(builder -> builder.maxConnections(100, 4));
            List<RawHttp2> three = List.of(connect(), connect(), connect());

            RawHttp2 refused = connect();

            await().atMost(PATIENCE).until(refused::isClosed);
            assertThat(three).noneMatch(RawHttp2::isClosed);
            assertThat(refusals().connectionsOverLimit()).isEqualTo(1);
            assertThat(controlPlane.status().openConnections()).isEqualTo(4);
            three.get(0).close();
            await().atMost(PATIENCE).until(() -> controlPlane.status().openConnections() == 3);
            assertThat(connect().isClosed()).isFalse();
        }

        @Test
        void connectionThatDoesNotSpeakHttp2IsClosed() throws IOException {
            start(builder -> builder);
            RawHttp2 peer = RawHttp2.silent(controlPlane.port());
            peers.add(peer);

            peer.open(RawHttp2.SUBSCRIBE);
            peer.flush();

            await().atMost(PATIENCE).until(peer::isClosed);
            assertAnUpdateArrives();
        }
    }

    @Nested
    class Floods {

        @Test
        void floodOfRapidResetsIsEnded() throws IOException {
            start(builder -> builder);
            RawHttp2 peer = connect();

            openUntilClosed(peer, () -> peer.reset(peer.open(RawHttp2.SUBSCRIBE)));

            assertClosedForFlooding(peer);
            await().atMost(PATIENCE).until(() -> controlPlane.status().openCalls() == 1);
            assertAnUpdateArrives();
        }

        @Test
        void floodOfSettingsIsEnded() throws IOException {
            start(builder -> builder);
            RawHttp2 peer = connect();

            openUntilClosed(peer, peer::settings);

            assertClosedForFlooding(peer);
        }

        @Test
        void floodOfAcknowledgementsIsEnded() throws IOException {
            start(builder -> builder);
            RawHttp2 peer = connect();

            openUntilClosed(peer, peer::settingsAck);

            assertClosedForFlooding(peer);
        }

        @Test
        void floodOfPrioritiesIsEnded() throws IOException {
            start(builder -> builder);
            RawHttp2 peer = connect();

            openUntilClosed(peer, () -> peer.priority(1));

            assertClosedForFlooding(peer);
        }

        @Test
        void floodOfEmptyDataIsEnded() throws IOException {
            start(builder -> builder);
            RawHttp2 peer = connect();
            int stream = peer.open(RawHttp2.SUBSCRIBE, TOKEN);

            openUntilClosed(peer, () -> peer.data(stream, new byte[0]));

            assertClosedForFlooding(peer);
        }

        @Test
        void floodOfPingsIsEnded() throws IOException {
            start(builder -> builder);
            RawHttp2 peer = connect();

            openUntilClosed(peer, peer::ping);

            await().atMost(PATIENCE).until(peer::isClosed);
        }
    }

    @Nested
    class StreamsThatAreNotRead {

        @Test
        void streamThatIsNotReadIsCutThoughItsKeyDoesNotChange() throws IOException {
            start(builder -> builder.stuckSubscriberTimeout(Duration.ofMillis(300)));
            RawHttp2 peer = unread();

            int stream = peer.open(RawHttp2.SUBSCRIBE, TOKEN);
            peer.message(stream, subscribe());
            peer.flush();

            await().atMost(PATIENCE).until(() -> peer.isReset(stream));
            assertThat(refusals().stuckSubscribers()).isPositive();
            await().atMost(PATIENCE).until(() -> controlPlane.status().openCalls() == 1);
            assertAnUpdateArrives();
        }

        private static byte[] subscribe() {
            return subscribe(false);
        }

        private static byte[] subscribe(boolean not) {
            return SubscribeRequest.newBuilder()
                    .setRequestId("1")
                    .setOpType(not ? SubscribeOpType.UNSUBSCRIBE : SubscribeOpType.SUBSCRIBE)
                    .setTarget(
                            SubscribeRequestTarget.newBuilder()
                                    .setNamespace("default")
                                    .setApp("shop")
                                    .addKinds(RateLimitStrategy.KIND.wireName()))
                    .build()
                    .toByteArray();
        }

        @Test
        void streamWhoseClientHasEndedItsSideAndDoesNotReadIsCut() throws IOException {
            start(builder -> builder.stuckSubscriberTimeout(Duration.ofMillis(300)));
            RawHttp2 peer = unread();

            int stream = peer.open(RawHttp2.SUBSCRIBE, TOKEN);
            peer.message(stream, subscribe());
            peer.halfClose(stream);
            peer.flush();

            await().atMost(PATIENCE).until(() -> peer.isReset(stream));
            await().atMost(PATIENCE).until(() -> controlPlane.status().openCalls() == 1);
        }

        @Test
        void streamsThatWereEndedAndAreNotReadCountAsStreams() throws IOException {
            start(builder -> builder.maxStreams(2).stuckSubscriberTimeout(Duration.ofHours(1)));
            RawHttp2 peer = unread();
            int stream = peer.open(RawHttp2.SUBSCRIBE, TOKEN);
            peer.message(stream, subscribe());
            peer.flush();
            await().atMost(PATIENCE).until(() -> controlPlane.status().subscribers().size() == 2);
            peer.halfClose(stream);
            peer.flush();
            await().atMost(PATIENCE).until(() -> controlPlane.status().subscribers().size() == 1);

            int further = connect().open(RawHttp2.SUBSCRIBE, TOKEN);
            peers.get(1).flush();

            await().atMost(PATIENCE).until(() -> peers.get(1).isOver(further));
            assertThat(refusals().streamsOverLimit()).isEqualTo(1);
        }

        @Test
        void clientThatAsksAgainAtOnceIsNotSentMuchAgain() throws IOException {
            start(builder -> builder);
            rules.put(manyRules(100));
            RawHttp2 peer = RawHttp2.connect(controlPlane.port(), Integer.MAX_VALUE);
            peers.add(peer);
            peer.windowUpdate(0, 1_000_000_000);
            int stream = peer.open(RawHttp2.SUBSCRIBE, TOKEN);
            long start = System.nanoTime();
            peer.message(stream, subscribe());
            peer.flush();
            await().atMost(PATIENCE).until(() -> peer.dataBytes() > 4096);
            long once = peer.dataBytes();

            for (int i = 0; i < 200; i++) {
                peer.message(stream, subscribe(i % 2 == 0));
            }
            peer.message(stream, subscribe(false));
            peer.flush();

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(peer.dataBytes()).isGreaterThanOrEqualTo(2 * once));
            long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
            assertThat(peer.dataBytes() / once).isLessThanOrEqualTo(2 + seconds);
        }

        private static List<Rule> manyRules(int count) {
            return IntStream.range(0, count)
                    .mapToObj(
                            number ->
                                    (Rule)
                                            RateLimitStrategy.builder(
                                                            Metadata.of(
                                                                    "default",
                                                                    "shop",
                                                                    "rule-" + number))
                                                    .threshold(0)
                                                    .statDuration(Duration.ofSeconds(1))
                                                    .build())
                    .toList();
        }
    }

    /** A peer that lets nothing come. */
    private RawHttp2 unread() throws IOException {
        RawHttp2 peer = RawHttp2.connect(controlPlane.port(), 0);
        peers.add(peer);
        return peer;
    }

    /** A call that may fail because the connection was closed. */
    private interface Step {
        void run() throws IOException;
    }

    private static void openUntilClosed(RawHttp2 peer, Step step) {
        try {
            for (int i = 0; i < 200_000 && !peer.isClosed(); i++) {
                step.run();
            }
            peer.flush();
        } catch (IOException e) {
            await().atMost(PATIENCE).until(peer::isClosed);
        }
    }

    private void assertClosedForFlooding(RawHttp2 peer) {
        await().atMost(PATIENCE).until(peer::isClosed);
        assertThat(refusals().floods()).isEqualTo(1);
        // a reset may overtake what was sent before it
        assertThat(peer.goAwayCode()).isIn(ENHANCE_YOUR_CALM, -1, 0);
    }
}

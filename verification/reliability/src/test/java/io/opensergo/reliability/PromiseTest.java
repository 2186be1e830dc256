package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.ClientListener;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.client.PushEvent;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleWriter;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is promised: a control plane with 128 MB lives while a peer without credentials attacks it,
 * its honest client gets every update meanwhile, and the memory returns.
 *
 * <p>Of the profile {@code long}, where each attack lasts 30 s and the figures are asserted: of the
 * updates 99 of 100 are at the honest client within 250 ms after they are in force at the control
 * plane, and the memory is back within 30 s. With {@code -Dpromise.seconds=2} it asks only whether
 * the process lives.
 */
@Tag("long")
class PromiseTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration ATTACK =
            Duration.ofSeconds(Integer.getInteger("promise.seconds", 2));
    private static final boolean FIGURES = ATTACK.compareTo(Duration.ofSeconds(30)) >= 0;
    private static final long PROMISED_MILLIS = 250;
    private static final Target SHOP = Target.of("shop");
    private static final int SUBJECT = 20;

    @TempDir private Path directory;

    private final AtomicLong generation = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();
    private final Queue<Long> propagations = new ConcurrentLinkedQueue<>();

    /** What a peer does over and over, until the time is over. */
    private interface Attack {
        void run(int port, AtomicBoolean going) throws IOException;
    }

    @BeforeEach
    void writeRules() throws IOException {
        write();
        Files.writeString(
                directory.resolve("large.yaml"),
                IntStream.range(0, 2000)
                        .mapToObj(number -> RuleWriter.toYaml(rule("large", "r" + number, 1)))
                        .collect(Collectors.joining("---\n")));
    }

    private static Rule rule(String app, String name, long threshold) {
        return RateLimitStrategy.builder(Metadata.of("default", app, name))
                .threshold(threshold)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }

    private void write() throws IOException {
        Path draft = directory.resolve(".draft");
        Files.writeString(
                draft, RuleWriter.toYaml(rule("shop", "limit", generation.incrementAndGet())));
        Files.move(
                draft,
                directory.resolve("limit.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void note(RuleSnapshot<RateLimitStrategy> snapshot) {
        snapshot.rules().forEach(rule -> seen.set(rule.threshold()));
    }

    private ClientListener propagation() {
        return new ClientListener() {
            @Override
            public void onPush(PushEvent push) {
                Duration propagation = push.propagation();
                if (propagation != null) {
                    propagations.add(propagation.toMillis());
                }
            }
        };
    }

    private void withstands(String name, int peers, Attack attack) throws Exception {
        try (ServerProcess server =
                        ServerProcess.startWith(List.of("-Xmx128m"), directory, Ports.free());
                OpenSergoClient honest =
                        OpenSergoClients.builder()
                                .endpoints("127.0.0.1:" + server.port())
                                .listener(propagation())
                                .build()) {
            honest.rules(SHOP, RateLimitStrategy.KIND).subscribe(this::note);
            await().atMost(PATIENCE).until(() -> seen.get() == generation.get());
            long quiet = median(updates(Duration.ofSeconds(1)));
            propagations.clear();
            var going = new AtomicBoolean(true);
            List<Thread> threads = start(peers, attack, server.port(), going);

            List<Long> delays = updates(ATTACK);
            await().atMost(PATIENCE).until(() -> propagations.size() >= delays.size());
            List<Long> sorted = propagations.stream().sorted().toList();

            going.set(false);
            assertThat(server.isAlive()).as("the process lives under %s", name).isTrue();
            for (Thread thread : threads) {
                thread.join(PATIENCE.toMillis());
            }
            long p99 = percentile(sorted);
            System.out.printf(
                    "%s: %d updates, from force to client p50 %d ms, p99 %d ms; from file to client"
                            + " p50 %d ms (quiet %d ms), p99 %d ms%n",
                    name,
                    delays.size(),
                    median(sorted),
                    p99,
                    median(delays),
                    quiet,
                    percentile(delays));
            assertRecovers(server);
            if (FIGURES) {
                assertThat(p99).as("ms under %s", name).isLessThanOrEqualTo(PROMISED_MILLIS);
            }
        }
    }

    private List<Thread> start(int peers, Attack attack, int port, AtomicBoolean going) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < peers; i++) {
            var thread =
                    new Thread(
                            () -> {
                                while (going.get()) {
                                    try {
                                        attack.run(port, going);
                                    } catch (IOException e) {
                                        // the peer was thrown out, and comes again
                                    }
                                    // it is the CPU of the same machine that it uses
                                    LockSupport.parkNanos(5_000_000);
                                }
                            },
                            "attack-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    /** Makes one update after the other, and returns how many milliseconds each took, sorted. */
    private List<Long> updates(Duration time) throws IOException {
        List<Long> delays = new ArrayList<>();
        long until = System.nanoTime() + time.toNanos();
        do {
            long start = System.nanoTime();
            write();
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> seen.get() == generation.get());
            delays.add(Duration.ofNanos(System.nanoTime() - start).toMillis());
        } while (System.nanoTime() < until);
        delays.sort(null);
        return delays;
    }

    private static long median(List<Long> sorted) {
        return sorted.get(sorted.size() / 2);
    }

    private static long percentile(List<Long> sorted) {
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * 99 / 100));
    }

    /** A client that was not there before gets all, and the next update arrives. */
    private void assertRecovers(ServerProcess server) throws IOException {
        try (OpenSergoClient next =
                OpenSergoClients.builder().endpoints("127.0.0.1:" + server.port()).build()) {
            Duration patience = FIGURES ? Duration.ofSeconds(30) : PATIENCE;
            RuleSnapshot<RateLimitStrategy> large =
                    next.rules(Target.of("large"), RateLimitStrategy.KIND)
                            .filter(snapshot -> snapshot.rules().size() == 2000)
                            .blockFirst(patience);
            assertThat(large).isNotNull();
        }
        updates(Duration.ofMillis(1));
        assertThat(server.isAlive()).isTrue();
    }

    private static byte[] subscribe(String app, String kind) {
        return SubscribeRequest.newBuilder()
                .setRequestId("1")
                .setTarget(
                        SubscribeRequestTarget.newBuilder()
                                .setNamespace("default")
                                .setApp(app)
                                .addKinds(kind))
                .build()
                .toByteArray();
    }

    private static final String KIND = RateLimitStrategy.KIND.wireName();

    /** The attacker is at another address than the honest client, which Linux has on loopback. */
    private static InetAddress elsewhere() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 2});
    }

    private static RawHttp2 connect(int port, int initialWindow) throws IOException {
        return RawHttp2.connect(port, initialWindow, elsewhere());
    }

    private static void stay(AtomicBoolean going, RawHttp2 peer) {
        while (going.get() && !peer.isClosed()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Nested
    class CallsAndStreams {

        @Test
        void streamsThatNeverEnd() throws Exception {
            byte[] noProtobuf = {-1, -1, -1, -1, -1};
            withstands(
                    "streams that never end",
                    2,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 65_535)) {
                            for (int i = 0; i < 300 && going.get(); i++) {
                                peer.message(peer.open(RawHttp2.SUBSCRIBE), noProtobuf);
                                peer.flush();
                            }
                        }
                    });
        }

        @Test
        void callsThatAreBegunAndNotFinished() throws Exception {
            withstands(
                    "80,000 calls begun",
                    4,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 65_535)) {
                            for (int i = 0; i < 20_000 && going.get(); i++) {
                                peer.open(RawHttp2.HEALTH_CHECK);
                                if (i % 100 == 0) {
                                    peer.flush();
                                }
                            }
                            peer.flush();
                        }
                    });
        }

        @Test
        void moreThanTenThousandStreamsOnSixConnections() throws Exception {
            byte[] subscribe = subscribe("shop", KIND);
            withstands(
                    "11,400 streams on six connections",
                    6,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 65_535)) {
                            for (int i = 0; i < 1900 && going.get(); i++) {
                                peer.message(peer.open(RawHttp2.SUBSCRIBE), subscribe);
                                if (i % 100 == 0) {
                                    peer.flush();
                                }
                            }
                            peer.flush();
                            stay(going, peer);
                        }
                    });
        }

        @Test
        void rapidResets() throws Exception {
            withstands(
                    "rapid resets",
                    2,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 65_535)) {
                            while (going.get() && !peer.isClosed()) {
                                peer.reset(peer.open(RawHttp2.SUBSCRIBE));
                            }
                        }
                    });
        }
    }

    @Nested
    class ReadersThatDoNotRead {

        @Test
        void readersThatDoNotRead() throws Exception {
            withstands(
                    "400 readers with a window of 0",
                    4,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 0)) {
                            for (int i = 0; i < 100; i++) {
                                peer.message(
                                        peer.open(RawHttp2.SUBSCRIBE), subscribe("large", KIND));
                            }
                            peer.flush();
                            stay(going, peer);
                        }
                    });
        }

        @Test
        void readersThatEndTheirSideAndDoNotRead() throws Exception {
            withstands(
                    "readers with a window of 0 that end their side",
                    4,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 0)) {
                            for (int i = 0; i < 500 && going.get(); i++) {
                                int stream = peer.open(RawHttp2.SUBSCRIBE);
                                peer.message(stream, subscribe("large", KIND));
                                peer.halfClose(stream);
                            }
                            peer.flush();
                            stay(going, peer);
                        }
                    });
        }
    }

    @Nested
    class Messages {

        @Test
        void keysWithLongNames() throws Exception {
            String name = "x".repeat(1000);
            withstands(
                    "keys with names of 1 KB",
                    3,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 65_535)) {
                            int stream = peer.open(RawHttp2.SUBSCRIBE);
                            for (int i = 0;
                                    i < 20_000 && going.get() && !peer.isOver(stream);
                                    i++) {
                                peer.message(stream, subscribe(name + i, KIND));
                                if (i % SUBJECT == 0) {
                                    peer.flush();
                                    LockSupport.parkNanos(20_000_000);
                                }
                            }
                        }
                    });
        }

        @Test
        void messagesThatAreNotFinished() throws Exception {
            byte[] part = new byte[16_000];
            byte[] prefix = RawHttp2.prefix(4_000_000);
            withstands(
                    "messages not finished",
                    2,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 65_535)) {
                            for (int i = 0; i < 100 && going.get(); i++) {
                                int stream = peer.open(RawHttp2.SUBSCRIBE);
                                peer.data(stream, prefix);
                                for (int j = 0; j < 4; j++) {
                                    peer.data(stream, part);
                                }
                                peer.flush();
                            }
                            stay(going, peer);
                        }
                    });
        }

        @Test
        void refusalsOfDifferentReasons() throws Exception {
            withstands(
                    "NACKs of different reasons",
                    1,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 65_535)) {
                            int stream = peer.open(RawHttp2.SUBSCRIBE);
                            for (int i = 0; going.get() && !peer.isOver(stream); i++) {
                                byte[] reason = new byte[500];
                                Arrays.fill(reason, (byte) ('a' + i % 26));
                                peer.message(
                                        stream, nack(new String(reason, StandardCharsets.UTF_8)));
                                if (i % SUBJECT == 0) {
                                    peer.flush();
                                    LockSupport.parkNanos(10_000_000);
                                }
                            }
                        }
                    });
        }

        private static byte[] nack(String reason) {
            return SubscribeRequest.newBuilder()
                    .setResponseAck("NACK")
                    .setStatus(
                            io.opensergo.proto.internal.transport.v1.Status.newBuilder()
                                    .setCode(4000)
                                    .setMessage(reason))
                    .build()
                    .toByteArray();
        }
    }

    @Nested
    class Connections {

        @Test
        void floodsOfFramesThatBringNothing() throws Exception {
            withstands(
                    "SETTINGS, PRIORITY, PING and empty DATA",
                    2,
                    (port, going) -> {
                        try (RawHttp2 peer = connect(port, 65_535)) {
                            int stream = peer.open(RawHttp2.SUBSCRIBE);
                            for (int i = 0; going.get() && !peer.isClosed(); i++) {
                                switch (i % 4) {
                                    case 0 -> peer.settings();
                                    case 1 -> peer.priority(stream);
                                    case 2 -> peer.ping();
                                    default -> peer.data(stream, new byte[0]);
                                }
                            }
                        }
                    });
        }

        @Test
        void connectionsThatSayNothing() throws Exception {
            withstands(
                    "connections that say nothing",
                    2,
                    (port, going) -> {
                        List<RawHttp2> peers = new ArrayList<>();
                        try {
                            for (int i = 0; i < 200 && going.get(); i++) {
                                peers.add(RawHttp2.silent(port, elsewhere()));
                            }
                            stay(going, peers.get(0));
                        } finally {
                            for (RawHttp2 peer : peers) {
                                peer.close();
                            }
                        }
                    });
        }
    }
}

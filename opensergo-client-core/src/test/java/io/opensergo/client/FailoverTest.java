package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several control planes, and one that comes and goes. */
class FailoverTest {

    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration NEVER = Duration.ofMinutes(10);

    /** Long enough for a slow machine, and short enough to wait for it where nobody answers. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** The endpoints of the connections that were made. */
    private final List<String> connected = new CopyOnWriteArrayList<>();

    private final ClientListener connections =
            new ClientListener() {
                @Override
                public void onState(ConnectionState before, ConnectionState now) {
                    if (now.phase().isConnected()) {
                        connected.add(now.endpoint());
                    }
                }
            };

    private final List<ConnectionState> states = new CopyOnWriteArrayList<>();
    private OpenSergoClient client;

    @AfterEach
    void stop() {
        client.close();
    }

    private Recorder<RateLimitStrategy> follow(Duration failBackInterval, String... endpoints) {
        client =
                OpenSergoClients.builder()
                        .endpoints(endpoints)
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                        .answerTimeout(NEVER)
                        .connectTimeout(CONNECT_TIMEOUT)
                        .failBackInterval(failBackInterval)
                        .listener(connections)
                        .build();
        client.states().subscribe(states::add);
        return new Recorder<>(client.rules(Target.of("shop"), RateLimitStrategy.KIND));
    }

    /** What {@link #states} held at one moment: the client adds to it meanwhile. */
    private List<Phase> phases() {
        return states.stream().map(ConnectionState::phase).toList();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String localhost(int port) {
        return "localhost:" + port;
    }

    @Test
    void preferredEndpointIsReturnedToWithoutAnOutage() throws IOException {
        int preferred = freePort();
        try (var other = ScriptedControlPlane.start()) {
            Recorder<RateLimitStrategy> follower =
                    follow(SOON, localhost(preferred), other.endpoint());
            other.stream().answerSubscribe(0, 5, limit("a", 5));
            follower.get(0);
            await().until(() -> client.state().phase() == Phase.READY);
            states.clear();

            try (var back = ScriptedControlPlane.start(preferred)) {
                back.stream().answerSubscribe(0, 1, limit("a", 9));

                assertThat(follower.get(1).rules()).containsExactly(limit("a", 9));
                await().until(() -> client.state().phase() == Phase.READY);
                assertThat(client.state().endpoint()).isEqualTo(localhost(preferred));
                await().until(other.stream()::isOver);
                assertThat(states)
                        .extracting(ConnectionState::phase)
                        .doesNotContain(Phase.RECOVERING);
            }
        }
    }

    @Test
    void endpointInUseServesOnWhileBetterOnesAreSoughtInVain() throws IOException {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var other = ScriptedControlPlane.start()) {
            Recorder<RateLimitStrategy> follower =
                    follow(
                            SOON,
                            localhost(freePort()),
                            localhost(silent.getLocalPort()),
                            other.endpoint());
            other.stream().answerSubscribe(0, 1, limit("a", 1));
            follower.get(0);
            await().until(() -> client.state().phase() == Phase.READY);
            silent.accept().close();

            silent.accept().close();
            silent.accept().close();
            other.stream().push(RateLimitStrategy.KIND, 2, limit("a", 2));

            assertThat(follower.get(1).rules()).containsExactly(limit("a", 2));
            assertThat(other.streamCount()).isOne();
        }
    }

    @Test
    void betterEndpointThatDoesNotLastIsReturnedToAllTheSame() throws IOException {
        int preferred = freePort();
        try (var other = ScriptedControlPlane.start()) {
            follow(Duration.ofMillis(40), localhost(preferred), other.endpoint());
            other.stream().subscribe(0);
            try (var unsteady = ScriptedControlPlane.start(preferred)) {
                for (int i = 0; i < 5; i++) {
                    unsteady.stream(i).fail(Status.UNAVAILABLE);
                    other.stream(i + 1).answerSubscribe(0, 1);
                }
                unsteady.stream(5);

                await().until(() -> last().equals(localhost(preferred)));
                assertThat(connected.get(connected.size() - 2)).isEqualTo(other.endpoint());
            }
        }
    }

    private String last() {
        return connected.get(connected.size() - 1);
    }

    @Test
    void serverThatAnnouncesItsLeaveIsLeftForItsSuccessorBeforeItIsGone() {
        var leaving = ScriptedControlPlane.start();
        Recorder<RateLimitStrategy> follower = follow(NEVER, leaving.endpoint());
        leaving.stream().answerSubscribe(0, 5, limit("a", 5));
        follower.get(0);
        await().until(() -> client.state().phase() == Phase.READY);
        states.clear();

        int port = leaving.port();
        leaving.leave();
        try (leaving;
                var successor = ScriptedControlPlane.start(port)) {
            successor.stream().answerSubscribe(0, 1, limit("a", 9));

            assertThat(follower.get(1).rules()).containsExactly(limit("a", 9));
            await().until(leaving.stream()::isOver);
            assertThat(states).extracting(ConnectionState::phase).doesNotContain(Phase.RECOVERING);
        }
    }

    @Test
    void serverThatTakesAConnectionAndSaysNothingIsGivenUp() throws IOException {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var other = ScriptedControlPlane.start()) {
            follow(NEVER, localhost(silent.getLocalPort()), other.endpoint());

            other.stream().subscribe(0);

            await().until(() -> phases().contains(Phase.RECOVERING));
            assertThat(states)
                    .filteredOn(state -> state.phase() == Phase.RECOVERING)
                    .first()
                    .satisfies(
                            state ->
                                    assertThat(state.cause())
                                            .hasMessageContaining("no connection within 2 s"));
        }
    }

    @Test
    void durationsThatMeanNeverAreTakenWithoutOverflow() throws IOException {
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        try (var server = ScriptedControlPlane.start()) {
            client =
                    OpenSergoClients.builder()
                            .endpoints(localhost(freePort()), server.endpoint())
                            .backoff(Duration.ofMillis(1), forEver)
                            .answerTimeout(forEver)
                            .settleTime(forEver)
                            .refreshInterval(forEver)
                            .failBackInterval(forEver)
                            .unsubscribeGrace(forEver)
                            .keepAlive(forEver, forEver)
                            .build();
            var follower = new Recorder<>(client.rules(Target.of("shop"), RateLimitStrategy.KIND));
            server.stream().answerSubscribe(0, 1, limit("a", 1));
            follower.get(0);
            server.stream().fail(Status.UNAVAILABLE);

            server.stream(1).answerSubscribe(0, 1);
            server.stream(1).push(RateLimitStrategy.KIND, 2, limit("a", 2));

            assertThat(follower.get(1).rules()).containsExactly(limit("a", 2));
        }
    }

    @Test
    void serverThatRefusesEachStreamIsNeverMistakenForOneThatServes() {
        try (var server = ScriptedControlPlane.start()) {
            follow(NEVER, server.endpoint());
            server.stream(0).fail(Status.UNAUTHENTICATED);
            await().until(() -> client.state().phase() == Phase.REFUSED);
            states.clear();

            for (int i = 1; i < 6; i++) {
                server.stream(i).fail(Status.UNAUTHENTICATED);
            }
            server.stream(6).answerSubscribe(0, 1);

            await().until(() -> phases().contains(Phase.READY));
            assertThat(phases()).last().isEqualTo(Phase.READY);
            assertThat(phases())
                    .containsOnly(Phase.REFUSED, Phase.READY)
                    .containsOnlyOnce(Phase.READY);
        }
    }

    @Test
    void silentServerThatOnceRefusedCountsAsConnectedAfterAWhile() {
        try (var server = ScriptedControlPlane.start()) {
            follow(NEVER, server.endpoint());
            server.stream(0).fail(Status.UNAUTHENTICATED);
            server.stream(1).subscribe(0);

            await().until(() -> client.state().phase() == Phase.READY);
        }
    }

    @Test
    void serverThatEndsEachStreamAtOnceIsNotAskedInABusyLoop() {
        List<Long> bounds = new CopyOnWriteArrayList<>();
        try (var flapping = ScriptedControlPlane.start()) {
            client =
                    OpenSergoClients.builder()
                            .endpoints(flapping.endpoint())
                            .backoff(Duration.ofMillis(50), Duration.ofMinutes(1))
                            .chance(
                                    bound -> {
                                        bounds.add(bound);
                                        return 0;
                                    })
                            .ticker(new ManualTicker()) // no connection ever lasts
                            .build();
            for (int i = 0; i < 7; i++) {
                flapping.stream(i).complete();
            }

            // a seventh may come meanwhile
            assertThat(List.copyOf(bounds)).startsWith(51L, 101L, 201L, 401L, 801L, 1601L);
        }
    }
}

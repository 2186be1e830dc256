package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the log says of an outage, whichever way it begins. */
class OutageLogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How a control plane goes. */
    private enum End {
        /** As one that gets SIGTERM and waits until its streams are over. */
        GRACEFUL {
            @Override
            void of(ScriptedControlPlane server) {
                server.leave();
                server.stream().complete();
            }
        },
        /** As one that is killed. */
        ABRUPT {
            @Override
            void of(ScriptedControlPlane server) {
                server.kill();
            }
        };

        abstract void of(ScriptedControlPlane server);
    }

    private static OpenSergoClient connect(String endpoint) {
        return OpenSergoClients.builder()
                .endpoints(endpoint)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(20))
                .build();
    }

    private static List<String> warnings(LogCapture log) {
        return log.linesOf(OutageLog.class).stream()
                .filter(line -> line.contains(" WARN "))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void isOneWarningAndALineWhenItIsOver(End end) {
        try (LogCapture log = LogCapture.openForAllOfPackage(ReactiveClient.class);
                ScriptedControlPlane server = ScriptedControlPlane.start();
                OpenSergoClient client = connect(server.endpoint())) {
            int port = server.port();
            List<ConnectionState> failures = new CopyOnWriteArrayList<>();
            client.states()
                    .filter(state -> state.phase() == Phase.RECOVERING)
                    .subscribe(failures::add);
            client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();
            server.stream().subscribe(0);
            await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);

            end.of(server);
            await().atMost(PATIENCE).until(() -> failures.size() >= 5);

            assertThat(warnings(log))
                    .singleElement()
                    .asString()
                    .contains("localhost:" + port)
                    .contains("the last known rules stay in force");
            try (ScriptedControlPlane again = ScriptedControlPlane.start(port)) {
                await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);
                assertThat(log.linesOf(OutageLog.class).get(lines(log) - 1))
                        .contains(" INFO ")
                        .contains("Connected to the control plane at '" + again.endpoint())
                        .contains(" ms without a connection");
                assertThat(warnings(log)).hasSize(1);
            }
        }
    }

    @Test
    void theNextOutageIsWarnedOfAnew() {
        try (LogCapture log = LogCapture.openForAllOfPackage(ReactiveClient.class);
                ScriptedControlPlane first = ScriptedControlPlane.start();
                OpenSergoClient client = connect(first.endpoint())) {
            int port = first.port();
            await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);
            first.kill();
            await().atMost(PATIENCE).until(() -> warnings(log).size() == 1);
            try (ScriptedControlPlane second = ScriptedControlPlane.start(port)) {
                await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);
                client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();
                second.stream().subscribe(0);

                End.GRACEFUL.of(second);

                await().atMost(PATIENCE).until(() -> warnings(log).size() == 2);
            }
        }
    }

    @Test
    void aServerThatIsBackAtOnceIsNoneToWarnOf() {
        try (LogCapture log = LogCapture.openForAllOfPackage(ReactiveClient.class);
                ScriptedControlPlane server = ScriptedControlPlane.start();
                OpenSergoClient client = connect(server.endpoint())) {
            client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();
            server.stream().subscribe(0);

            server.stream().complete();

            server.stream(1).subscribe(0);
            await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);
            assertThat(warnings(log)).isEmpty();
        }
    }

    private static int lines(LogCapture log) {
        return log.linesOf(OutageLog.class).size();
    }
}

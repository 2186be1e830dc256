package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first subscriber of the public control plane gets sets that grow, after each restart. */
class SettlingTest {

    private static final Duration NEVER = Duration.ofMinutes(10);
    private static final Duration SOON = Duration.ofMillis(100);

    private ScriptedControlPlane server;
    private OpenSergoClient client;
    private Recorder<RateLimitStrategy> follower;

    @BeforeEach
    void start() {
        server = ScriptedControlPlane.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    /** Connects, takes two rules and reconnects. */
    private ScriptedControlPlane.Stream reconnectedWithTwoRules(Duration settleTime) {
        client =
                OpenSergoClients.builder()
                        .endpoints(server.endpoint())
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                        .answerTimeout(NEVER)
                        .settleTime(settleTime)
                        .build();
        follower = new Recorder<>(client.rules(Target.of("shop"), RateLimitStrategy.KIND));
        server.stream().answerSubscribe(0, 7, limit("a", 1), limit("b", 2));
        follower.get(0);
        server.stream().fail(Status.UNAVAILABLE);
        server.stream(1).subscribe(0);
        return server.stream(1);
    }

    @Test
    void setsThatGrowAfterAReconnectLeaveNoRuleOutForAMoment() {
        ScriptedControlPlane.Stream stream = reconnectedWithTwoRules(NEVER);

        stream.push(RateLimitStrategy.KIND, 1, limit("a", 1));
        stream.push(RateLimitStrategy.KIND, 2, limit("a", 1), limit("b", 2));
        stream.push(RateLimitStrategy.KIND, 3, limit("a", 1), limit("b", 2), limit("c", 3));

        assertThat(follower.get(1).rules()).hasSize(3);
        assertThat(follower.snapshots()).hasSize(2);
    }

    @Test
    void smallerSetThatStandsStillReplacesTheRulesInForce() {
        ScriptedControlPlane.Stream stream = reconnectedWithTwoRules(SOON);

        stream.push(RateLimitStrategy.KIND, 1, limit("a", 1));

        assertThat(follower.get(1).rules()).containsExactly(limit("a", 1));
        assertThat(follower.get(1).version()).isEqualTo(1);
    }

    @Test
    void heldSetIsAcknowledgedAndTheStateSaysThatTheRulesAreFromBefore() {
        ScriptedControlPlane.Stream stream = reconnectedWithTwoRules(NEVER);

        stream.push(RateLimitStrategy.KIND, 1);

        assertThat(stream.answer(0).getResponseAck()).isEqualTo("ACK");
        assertThat(client.state().phase()).isEqualTo(Phase.STALE);
        assertThat(client.state().cause()).hasMessageContaining("RateLimitStrategy");
    }

    @Test
    void heldSetOfAStreamThatIsLostIsForgotten() {
        ScriptedControlPlane.Stream stream = reconnectedWithTwoRules(NEVER);
        stream.push(RateLimitStrategy.KIND, 1);
        stream.answer(0);

        stream.fail(Status.UNAVAILABLE);
        server.stream(2).answerSubscribe(0, 1, limit("a", 1), limit("b", 9));

        assertThat(follower.get(1).rules()).containsExactly(limit("a", 1), limit("b", 9));
    }

    @Test
    void deletionOnASettledStreamIsNotDelayed() {
        ScriptedControlPlane.Stream stream = reconnectedWithTwoRules(NEVER);
        stream.push(RateLimitStrategy.KIND, 1, limit("a", 1), limit("b", 2));
        await().until(() -> client.state().phase() == Phase.READY);

        stream.push(RateLimitStrategy.KIND, 2);

        assertThat(follower.get(1).rules()).isEmpty();
    }

    @Test
    void setsThatNeverStandStillArePutInForceInTheEnd() {
        ScriptedControlPlane.Stream stream = reconnectedWithTwoRules(SOON);

        await().until(
                        () -> {
                            long version = stream.answers().size() + 1L;
                            stream.push(RateLimitStrategy.KIND, version, limit("a", version));
                            stream.answer((int) version - 1);
                            return follower.snapshots().size() > 1;
                        });

        assertThat(follower.get(1).rules()).hasSize(1);
    }

    @Test
    void settlingCanBeSwitchedOff() {
        ScriptedControlPlane.Stream stream = reconnectedWithTwoRules(Duration.ZERO);

        stream.push(RateLimitStrategy.KIND, 1);

        assertThat(follower.get(1).rules()).isEmpty();
    }
}

package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.LimitExceededException;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LimitsTest {

    private static final Target SHOP = Target.of("shop");

    private ScriptedControlPlane server;
    private OpenSergoClient client;

    @BeforeEach
    void start() {
        server = ScriptedControlPlane.start();
    }

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        server.close();
    }

    private OpenSergoClientBuilder builder() {
        return OpenSergoClients.builder()
                .endpoints(server.endpoint())
                .unsubscribeGrace(Duration.ZERO)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(50));
    }

    private Recorder<RateLimitStrategy> follow(String app) {
        return new Recorder<>(client.rules(Target.of(app), RateLimitStrategy.KIND));
    }

    @Test
    void keyBeyondTheLimitErrsAloneAndOneThatIsGivenUpMakesRoom() {
        client = builder().maxKeys(2).build();
        Recorder<RateLimitStrategy> first = follow("a");
        Recorder<RateLimitStrategy> second = follow("b");

        assertThat(follow("c").end())
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> {
                            assertThat(e.setting()).isEqualTo("maxKeys");
                            assertThat(e.limit()).isEqualTo(2);
                            assertThat(e).hasMessageContaining("default/c");
                        });
        assertThat(first.ends()).isEmpty();
        assertThat(follow("a").ends()).isEmpty();
        second.subscription().dispose();
        server.stream().answerSubscribe(0, 1);
        assertThat(follow("d").ends()).isEmpty();
        assertThat(server.stream().subscribe(2).getTarget().getApp()).isEqualTo("d");
    }

    @Test
    void kindBeyondTheLimitErrsAlone() {
        client = builder().maxKinds(1).build();
        Recorder<RateLimitStrategy> first = follow("a");

        var other = new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));

        assertThat(other.end())
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> assertThat(e.setting()).isEqualTo("maxKinds"));
        first.subscription().dispose();
        Recorder<RateLimitStrategy> same = follow("b");
        assertThat(server.stream().subscribe(1).getTarget().getApp()).isEqualTo("b");
        assertThat(same.ends()).isEmpty();
    }

    @Test
    void pushWithTooManyRulesIsRefusedAndLeavesTheRulesInForce() {
        client = builder().maxRulesPerSnapshot(2).build();
        Recorder<RateLimitStrategy> follower = follow("shop");
        server.stream().answerSubscribe(0, 1, limit("a", 1), limit("b", 2));
        follower.get(0);

        server.stream()
                .push(RateLimitStrategy.KIND, 2, limit("a", 1), limit("b", 2), limit("c", 3));

        assertRefused(server.stream().answer(1), "maxRulesPerSnapshot is 2");
        assertThat(follower.get(1).rules()).containsExactly(limit("a", 1), limit("b", 2));
        assertThat(follower.get(1).rejected())
                .singleElement()
                .satisfies(rule -> assertThat(rule.reason()).contains("3 rules"));
        server.stream().push(RateLimitStrategy.KIND, 3, limit("c", 3));
        assertThat(follower.get(2).rules()).containsExactly(limit("c", 3));
    }

    @Test
    void firstPushThatIsTooLargeAnswersTheKeyWithoutRules() {
        client = builder().maxInboundMessageBytes(1000).build();
        Recorder<RateLimitStrategy> follower = follow("shop");

        server.stream().answerSubscribe(0, 1, limits(15));

        assertRefused(server.stream().answer(0), "maxInboundMessageBytes is 1000");
        RuleSnapshot<RateLimitStrategy> snapshot = follower.get(0);
        assertThat(snapshot.rules()).isEmpty();
        assertThat(snapshot.rejected()).hasSize(1);
        client.ready().block(Duration.ofSeconds(100));
    }

    @Test
    void pushOfWhichNothingCanBeUsedDoesNotConfirmRulesFromBefore() {
        client = builder().maxRulesPerSnapshot(2).build();
        Recorder<RateLimitStrategy> follower = follow("shop");
        server.stream().answerSubscribe(0, 7, limit("a", 1));
        follower.get(0);
        server.stream().fail(Status.UNAVAILABLE);

        server.stream(1).answerSubscribe(0, 8, limits(3));

        assertThat(follower.get(1).rules()).containsExactly(limit("a", 1));
        assertThat(follower.get(1).version()).isEqualTo(7);
        await().until(() -> client.state().phase() == Phase.STALE);
        server.stream(1).push(RateLimitStrategy.KIND, 9, limit("a", 1));
        await().until(() -> client.state().phase() == Phase.READY);
    }

    @Test
    void pushFarBeyondTheLimitCostsTheConnectionAndTheStateSaysWhy() {
        client = builder().maxInboundMessageBytes(1000).build();
        Recorder<RateLimitStrategy> follower = follow("shop");
        server.stream().answerSubscribe(0, 1, limit("a", 1));
        follower.get(0);

        server.stream().push(RateLimitStrategy.KIND, 2, limits(1000));

        await().until(() -> server.streamCount() > 1);
        server.stream(1).answerSubscribe(0, 3, limit("a", 3));
        follower.awaitRules(limit("a", 3));
        await().until(() -> client.state().phase() == Phase.READY);
        assertThat(follower.snapshots()).hasSize(2);
    }

    private static RateLimitStrategy[] limits(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> limit("limit-" + i, i))
                .toArray(RateLimitStrategy[]::new);
    }

    private static void assertRefused(SubscribeRequest answer, String reason) {
        assertThat(answer.getResponseAck()).isEqualTo("NACK");
        assertThat(answer.getStatus().getCode()).isEqualTo(4001);
        assertThat(answer.getStatus().getMessage()).contains(reason);
    }

    @Test
    void limitsMustBePositive() {
        assertThatThrownBy(() -> builder().maxKeys(0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("maxKeys");
        assertThatThrownBy(() -> builder().maxKinds(0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("maxKinds");
        assertThatThrownBy(() -> builder().maxRulesPerSnapshot(-1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("maxRulesPerSnapshot");
    }
}

package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.opensergo.api.ClientClosedException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What a client tells of refusals, silence, its connection and its end, and how it signals. */
class ReactiveClientStatesTest extends ScriptedClient {

    @Nested
    class RefusedKeys {

        @Test
        void refusalEndsOnlyTheKeyItMeans() {
            Recorder<RateLimitStrategy> refused = follow();
            String requestId = server.stream().subscribe(0).getRequestId();
            Recorder<ConcurrencyLimitStrategy> other =
                    new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
            server.stream().subscribe(1);

            server.stream().push(refusal(requestId));
            server.stream().push(ConcurrencyLimitStrategy.KIND, 1);

            assertThat(refused.end())
                    .isInstanceOfSatisfying(
                            SubscriptionRefusedException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(WireStatus.BAD_REQUEST);
                                assertThat(e.key())
                                        .isEqualTo(new RuleKey(SHOP, RateLimitStrategy.KIND));
                                assertThat(e).hasMessageContaining("unknown kind");
                            });
            assertThat(other.get(0).rules()).isEmpty();
        }

        @Test
        void refusedKeyIsAskedForAgainByANewFollower() {
            Recorder<RateLimitStrategy> refused = follow();
            server.stream().push(refusal(server.stream().subscribe(0).getRequestId()));
            refused.end();

            Recorder<RateLimitStrategy> again = follow();
            server.stream().answerSubscribe(1, 1, limit("a", 5));

            assertThat(again.get(0).rules()).hasSize(1);
        }

        @Test
        void failedRegistrationWithoutDataIsARefusalAndNoEmptySet() {
            Recorder<RateLimitStrategy> follower = follow();
            server.stream().subscribe(0);
            SubscribeResponse.Builder failure =
                    ScriptedControlPlane.Stream.push(
                            "default", "shop", RateLimitStrategy.KIND.wireName(), 0);
            failure.getStatusBuilder()
                    .setCode(WireStatus.REGISTRATION_FAILED)
                    .setMessage("no such watcher");

            server.stream().push(failure);

            assertThat(follower.end()).isInstanceOf(SubscriptionRefusedException.class);
            assertThat(follower.snapshots()).isEmpty();
        }
    }

    @Nested
    class ReadinessAndSilence {

        @Test
        void silenceOfAControlPlaneCountsAsNoRules() {
            client(builder().answerTimeout(Duration.ofMillis(50)));

            Recorder<RateLimitStrategy> follower = follow();

            assertThat(follower.get(0).rules()).isEmpty();
            assertThat(follower.get(0).version()).isZero();
            assertThat(follower.get(0).origin()).isEqualTo(Origin.ASSUMED_EMPTY);
        }

        @Test
        void silenceAfterAReconnectKeepsTheRulesInForce() {
            client(builder().answerTimeout(Duration.ofMillis(50)));
            Recorder<RateLimitStrategy> follower = follow();
            server.stream(1).answerSubscribe(0, 1, limit("a", 5));
            await().until(() -> follower.snapshots().stream().anyMatch(s -> !s.rules().isEmpty()));
            int seen = follower.snapshots().size();

            server.stream(1).fail(Status.UNAVAILABLE);
            server.stream(2).subscribe(0);
            Recorder<ConcurrencyLimitStrategy> probe =
                    new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
            assertThat(probe.get(0).origin()).isEqualTo(Origin.ASSUMED_EMPTY);

            assertThat(follower.snapshots()).hasSize(seen);
            assertThat(follow().get(0).rules()).containsExactly(limit("a", 5));
        }

        @Test
        void readyWaitsForEachKeyAndSaysWhereItsRulesComeFrom() {
            follow();
            new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));

            StepVerifier.create(client.ready())
                    .then(() -> server.stream().answerSubscribe(0, 1, limit("a", 5)))
                    .expectNoEvent(Duration.ofMillis(100))
                    .then(() -> server.stream().answerSubscribe(1, 1))
                    .assertNext(
                            ready ->
                                    assertThat(ready.origins())
                                            .containsEntry(
                                                    new RuleKey(SHOP, RateLimitStrategy.KIND),
                                                    Origin.CONTROL_PLANE)
                                            .containsEntry(
                                                    new RuleKey(
                                                            SHOP, ConcurrencyLimitStrategy.KIND),
                                                    Origin.CONTROL_PLANE))
                    .expectComplete()
                    .verify(PATIENCE);
        }

        @Test
        void readyIsImmediateWithoutFollowersAndFailsWithARefusal() {
            StepVerifier.create(client.ready())
                    .expectNextCount(1)
                    .expectComplete()
                    .verify(PATIENCE);
            client.rules(SHOP, RateLimitStrategy.KIND).onErrorComplete().subscribe();

            StepVerifier.create(client.ready())
                    .then(
                            () ->
                                    server.stream()
                                            .push(
                                                    refusal(
                                                            server.stream()
                                                                    .subscribe(0)
                                                                    .getRequestId())))
                    .expectError(SubscriptionRefusedException.class)
                    .verify(PATIENCE);
        }
    }

    @Nested
    class Connections {

        @Test
        void reconnectsWithAFreshIdentifierAndAsksForEverythingAgain() {
            Recorder<RateLimitStrategy> limits = follow();
            Recorder<ConcurrencyLimitStrategy> slots =
                    new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
            server.stream().answerSubscribe(0, 100, limit("a", 5));
            limits.get(0);
            int port = server.port();
            String firstIdentifier = server.stream().subscribe(1).getIdentifier();

            server.kill();
            await().until(() -> client.state().phase() == Phase.RECOVERING);
            assertThat(follow().get(0).rules()).containsExactly(limit("a", 5));
            server = ScriptedControlPlane.start(port);
            server.stream().subscribe(1);

            Set<String> kinds =
                    server.stream().requests(SubscribeOpType.SUBSCRIBE).stream()
                            .map(request -> request.getTarget().getKinds(0))
                            .collect(Collectors.toSet());
            assertThat(kinds)
                    .containsExactlyInAnyOrder(
                            RateLimitStrategy.KIND.wireName(),
                            ConcurrencyLimitStrategy.KIND.wireName());
            assertThat(server.stream().subscribe(0).getIdentifier()).isNotEqualTo(firstIdentifier);
            server.stream().push(RateLimitStrategy.KIND, 1, limit("a", 9));
            assertThat(limits.get(1).rules()).containsExactly(limit("a", 9));
            assertThat(limits.ends()).isEmpty();
            assertThat(slots.ends()).isEmpty();
        }

        @Test
        void unsubscribeDuringAnOutageIsHonoured() {
            Recorder<RateLimitStrategy> limits = follow();
            new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
            server.stream().subscribe(1);
            int port = server.port();

            server.kill();
            limits.subscription().dispose();
            server = ScriptedControlPlane.start(port);

            assertThat(server.stream().subscribe(0).getTarget().getKinds(0))
                    .isEqualTo(ConcurrencyLimitStrategy.KIND.wireName());
        }

        @Test
        void statesTellTheStoryOfTheConnection() {
            String endpoint = server.endpoint();
            List<String> ends = new CopyOnWriteArrayList<>();
            List<ConnectionState> states = followStates(ends);
            await().until(() -> client.state().phase() == Phase.READY);

            server.kill();
            await().until(() -> contains(states, Phase.RECOVERING));
            client.close();

            await().until(() -> ends.equals(List.of("completed")));
            assertThat(states.get(states.size() - 1).phase()).isEqualTo(Phase.CLOSED);
            ConnectionState recovering =
                    states.stream()
                            .filter(state -> state.phase() == Phase.RECOVERING)
                            .findFirst()
                            .orElseThrow();
            assertThat(recovering.cause()).hasMessageContaining(endpoint);
            assertThat(recovering.endpoint()).isEqualTo(endpoint);
        }

        private List<ConnectionState> followStates(List<String> ends) {
            List<ConnectionState> states = new CopyOnWriteArrayList<>();
            client.states()
                    .subscribe(
                            states::add, e -> ends.add(e.toString()), () -> ends.add("completed"));
            return states;
        }

        private static boolean contains(List<ConnectionState> states, Phase phase) {
            return states.stream().anyMatch(state -> state.phase() == phase);
        }

        @Test
        void serverThatRefusesTheStreamIsAStateOfItsOwn() {
            List<ConnectionState> states = followStates(new CopyOnWriteArrayList<>());

            server.stream().fail(Status.UNAUTHENTICATED.withDescription("who are you"));

            await().until(() -> contains(states, Phase.REFUSED));
            ConnectionState refused =
                    states.stream()
                            .filter(state -> state.phase() == Phase.REFUSED)
                            .findFirst()
                            .orElseThrow();
            assertThat(refused.cause())
                    .hasMessageContaining("token")
                    .hasMessageContaining("who are you");
            server.stream(1);
        }
    }

    @Nested
    class Closing {

        @Test
        void closeCompletesEveryFluxAndEndsTheThread() {
            Recorder<RateLimitStrategy> follower = follow();
            StepVerifier withoutDemand =
                    StepVerifier.create(client.rules(SHOP, RateLimitStrategy.KIND), 0)
                            .expectComplete()
                            .verifyLater();
            server.stream().subscribe(0);

            client.close();
            client.close();

            assertThat(follower.end()).isEqualTo("completed");
            withoutDemand.verify(PATIENCE);
            await().until(() -> server.stream().isOver());
            await().until(
                            () ->
                                    Thread.getAllStackTraces().keySet().stream()
                                            .noneMatch(
                                                    thread ->
                                                            thread.getName()
                                                                    .startsWith(
                                                                            "opensergo-client-")));
        }

        @Test
        void useAfterCloseIsAnError() {
            client.close();

            StepVerifier.create(client.rules(SHOP, RateLimitStrategy.KIND))
                    .expectError(ClientClosedException.class)
                    .verify(PATIENCE);
            StepVerifier.create(client.ready())
                    .expectError(ClientClosedException.class)
                    .verify(PATIENCE);
            StepVerifier.create(client.states().map(ConnectionState::phase))
                    .expectNext(Phase.CLOSED)
                    .expectComplete()
                    .verify(PATIENCE);
        }
    }

    @Nested
    class Signals {

        @Test
        void signalsComeOnTheGivenSchedulerWithTheContextOfTheSubscriber() {
            var scheduler = Schedulers.newSingle("signals");
            client(builder().scheduler(scheduler));
            List<String> seen = new CopyOnWriteArrayList<>();

            client.rules(SHOP, RateLimitStrategy.KIND)
                    .transformDeferredContextual(
                            (flux, context) ->
                                    flux.doOnNext(
                                            s ->
                                                    seen.add(
                                                            context.get("who")
                                                                    + "@"
                                                                    + Thread.currentThread()
                                                                            .getName())))
                    .contextWrite(context -> context.put("who", "me"))
                    .subscribe();
            server.stream(1).answerSubscribe(0, 1, limit("a", 5));

            await().until(() -> !seen.isEmpty());
            assertThat(seen.get(0)).startsWith("me@signals");
            client.close();
            scheduler.dispose();
        }

        @Test
        void blockedFollowerHoldsNobodyElseBack() {
            client.rules(SHOP, RateLimitStrategy.KIND)
                    .subscribe(
                            s -> {
                                try {
                                    new java.util.concurrent.CountDownLatch(1).await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            Recorder<RateLimitStrategy> other = follow();

            server.stream().answerSubscribe(0, 1, limit("a", 5));
            other.get(0);
            server.stream().push(RateLimitStrategy.KIND, 2, limit("a", 6));

            assertThat(other.get(1).rules()).containsExactly(limit("a", 6));
        }

        @Test
        void slowFollowerGetsTheLatestSnapshotOnly() {
            StepVerifier.create(client.rules(SHOP, RateLimitStrategy.KIND), 0)
                    .then(
                            () -> {
                                // Followers are told in the order in which they came.
                                Recorder<RateLimitStrategy> fast = follow();
                                server.stream().answerSubscribe(0, 1, limit("a", 1));
                                server.stream().push(RateLimitStrategy.KIND, 2, limit("a", 2));
                                server.stream().push(RateLimitStrategy.KIND, 3, limit("a", 3));
                                await().until(
                                                () ->
                                                        !fast.snapshots().isEmpty()
                                                                && fast.snapshots()
                                                                                .get(
                                                                                        fast.snapshots()
                                                                                                        .size()
                                                                                                - 1)
                                                                                .version()
                                                                        == 3);
                            })
                    .thenRequest(5)
                    .assertNext(snapshot -> assertThat(snapshot.version()).isEqualTo(3))
                    .thenCancel()
                    .verify(PATIENCE);
        }
    }

    private static SubscribeResponse.Builder refusal(String requestId) {
        return SubscribeResponse.newBuilder()
                .setAck(WireStatus.NACK)
                .setResponseId(requestId)
                .setStatus(
                        io.opensergo.proto.internal.transport.v1.Status.newBuilder()
                                .setCode(WireStatus.BAD_REQUEST)
                                .setMessage("unknown kind"));
    }
}

package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.opensergo.api.ClientClosedException;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.ControlPlaneDesc;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class ReactiveClientTest {

    private static final Duration PATIENCE = Duration.ofSeconds(100);
    private static final Target SHOP = Target.of("shop");

    private ScriptedControlPlane server;
    private OpenSergoClient client;

    @BeforeEach
    void start() {
        server = ScriptedControlPlane.start();
        client = client(builder());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private OpenSergoClientBuilder builder() {
        return OpenSergoClients.builder()
                .endpoints(server.endpoint())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                .answerTimeout(Duration.ofMinutes(1))
                .unsubscribeGrace(Duration.ZERO);
    }

    private OpenSergoClient client(OpenSergoClientBuilder builder) {
        if (client != null) {
            server.stream(0);
            client.close();
        }
        client = builder.build();
        return client;
    }

    private Recorder<RateLimitStrategy> follow() {
        return new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
    }

    @Test
    void subscribesOnFirstFollowerAndEmitsTypedSnapshots() {
        Recorder<RateLimitStrategy> follower = follow();

        server.stream().answerSubscribe(0, 7, limit("a", 5));

        RuleSnapshot<RateLimitStrategy> snapshot = follower.get(0);
        assertThat(snapshot.rules()).containsExactly(limit("a", 5));
        assertThat(snapshot.version()).isEqualTo(7);
        assertThat(snapshot.origin()).isEqualTo(Origin.CONTROL_PLANE);
        assertThat(snapshot.rejected()).isEmpty();
        SubscribeRequest request = server.stream().subscribe(0);
        assertThat(request.getTarget().getNamespace()).isEqualTo("default");
        assertThat(request.getTarget().getApp()).isEqualTo("shop");
        assertThat(request.getTarget().getKindsList())
                .containsExactly(RateLimitStrategy.KIND.wireName());
        assertThat(request.getRequestId()).isNotEmpty();
        assertThat(request.getIdentifier()).isNotEmpty();
    }

    @Test
    void acknowledgesAPushByItsResponseIdWithAStatus() {
        follow();

        server.stream().answerSubscribe(0, 7, limit("a", 5));

        SubscribeRequest ack = server.stream().answer(0);
        assertThat(ack.getResponseAck()).isEqualTo("ACK");
        assertThat(ack.getRequestId()).isEqualTo("push-7");
        assertThat(ack.getStatus().getCode()).isEqualTo(1);
    }

    @Test
    void followersOfOneKeyShareOneSubscriptionAndLateOnesGetTheCurrentSnapshot() {
        Recorder<RateLimitStrategy> first = follow();
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        first.get(0);

        Recorder<RateLimitStrategy> late = follow();

        assertThat(late.get(0)).isSameAs(first.get(0));
        assertThat(server.stream().requests(SubscribeOpType.SUBSCRIBE)).hasSize(1);
    }

    @Test
    void emptySnapshotIsASnapshot() {
        Recorder<RateLimitStrategy> follower = follow();

        server.stream().answerSubscribe(0, 3);

        assertThat(follower.get(0).rules()).isEmpty();
        assertThat(follower.get(0).origin()).isEqualTo(Origin.CONTROL_PLANE);
    }

    @Test
    void lastFollowerToLeaveUnsubscribes() {
        Recorder<RateLimitStrategy> first = follow();
        Recorder<RateLimitStrategy> second = follow();
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        first.get(0);
        second.get(0);

        first.subscription().dispose();
        Recorder<RateLimitStrategy> third = follow();
        third.get(0);
        assertThat(server.stream().requests(SubscribeOpType.UNSUBSCRIBE)).isEmpty();
        second.subscription().dispose();
        third.subscription().dispose();

        SubscribeRequest request = server.stream().request(SubscribeOpType.UNSUBSCRIBE, 0);
        assertThat(request.getTarget().getApp()).isEqualTo("shop");
        assertThat(request.getTarget().getKindsList())
                .containsExactly(RateLimitStrategy.KIND.wireName());
    }

    @Test
    void followerThatComesWithinTheGraceKeepsTheSubscription() {
        client(builder().unsubscribeGrace(Duration.ofMinutes(1)));
        Recorder<RateLimitStrategy> first = follow();
        server.stream(1).answerSubscribe(0, 1, limit("a", 5));
        first.get(0);

        first.subscription().dispose();
        Recorder<RateLimitStrategy> second = follow();

        assertThat(second.get(0)).isSameAs(first.get(0));
        assertThat(server.stream(1).requests(SubscribeOpType.UNSUBSCRIBE)).isEmpty();
    }

    @Test
    void pushAfterUnsubscribeIsDropped() {
        Recorder<RateLimitStrategy> first = follow();
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        first.get(0);
        first.subscription().dispose();
        server.stream().request(SubscribeOpType.UNSUBSCRIBE, 0);

        Recorder<ConcurrencyLimitStrategy> other =
                new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
        server.stream().subscribe(1);

        server.stream().push(RateLimitStrategy.KIND, 2, limit("a", 6));
        server.stream().push(ConcurrencyLimitStrategy.KIND, 1);
        other.get(0);
        Recorder<RateLimitStrategy> second = follow();
        server.stream().answerSubscribe(2, 3, limit("a", 7));

        assertThat(second.get(0).rules()).containsExactly(limit("a", 7));
    }

    @Test
    void followerThatCancelsBeforeItJoinsLeavesNoSubscription() {
        client.rules(SHOP, RateLimitStrategy.KIND).take(0, true).blockLast(PATIENCE);
        client.rules(SHOP, RateLimitStrategy.KIND).subscribe().dispose();

        Recorder<ConcurrencyLimitStrategy> other =
                new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));
        await().until(
                        () ->
                                server.stream().requests(SubscribeOpType.SUBSCRIBE).stream()
                                        .anyMatch(
                                                request ->
                                                        request.getTarget()
                                                                .getKinds(0)
                                                                .equals(
                                                                        ConcurrencyLimitStrategy
                                                                                .KIND
                                                                                .wireName())));

        server.stream().push(ConcurrencyLimitStrategy.KIND, 1);
        assertThat(other.get(0).rules()).isEmpty();
        assertThat(server.stream().requests(SubscribeOpType.SUBSCRIBE).size())
                .isEqualTo(server.stream().requests(SubscribeOpType.UNSUBSCRIBE).size() + 1);
    }

    @Test
    void badRuleIsRejectedAloneAndKeepsItsLastGoodVersion() {
        Recorder<RateLimitStrategy> follower = follow();
        server.stream().answerSubscribe(0, 1, limit("a", 5), limit("b", 6));
        follower.get(0);

        SubscribeResponse.Builder push =
                ScriptedControlPlane.Stream.push(
                        "default", "shop", RateLimitStrategy.KIND.wireName(), 2, limit("a", 50));
        push.getDataWithVersionBuilder().addData(invalidLimit("b")).addData(invalidLimit("c"));
        server.stream().push(push);

        RuleSnapshot<RateLimitStrategy> snapshot = follower.get(1);
        assertThat(snapshot.rules()).containsExactly(limit("a", 50), limit("b", 6));
        assertThat(snapshot.rejected()).hasSize(2);
        assertThat(snapshot.rejected().get(0).name()).isEqualTo("b");
        assertThat(snapshot.rejected().get(0).reason()).contains("threshold");
        assertThat(snapshot.rejected().get(0).lastGoodKept()).isTrue();
        assertThat(snapshot.rejected().get(1).name()).isEqualTo("c");
        assertThat(snapshot.rejected().get(1).lastGoodKept()).isFalse();
    }

    @Test
    void partlyRejectedPushIsAnsweredWithANackThatNamesEachBadRule() {
        follow();
        SubscribeResponse.Builder push =
                ScriptedControlPlane.Stream.push(
                        "default", "shop", RateLimitStrategy.KIND.wireName(), 2, limit("a", 50));
        push.getDataWithVersionBuilder().addData(invalidLimit("b")).addData(invalidLimit("c"));
        server.stream().subscribe(0);

        server.stream().push(push);

        SubscribeRequest nack = server.stream().answer(0);
        assertThat(nack.getResponseAck()).isEqualTo("NACK");
        assertThat(nack.getRequestId()).isEqualTo("push-2");
        assertThat(nack.getStatus().getCode()).isEqualTo(WireStatus.FORMAT);
        assertThat(nack.getStatus().getMessage()).contains("'b'", "'c'", "threshold");
    }

    @Test
    void setThatCannotBeReadAtAllLeavesEverythingAsItWas() {
        Recorder<RateLimitStrategy> follower = follow();
        server.stream().answerSubscribe(0, 1, limit("a", 5), limit("b", 6));
        follower.get(0);

        SubscribeResponse.Builder push =
                ScriptedControlPlane.Stream.push(
                        "default", "shop", RateLimitStrategy.KIND.wireName(), 2);
        push.getDataWithVersionBuilder()
                .addData(
                        Any.newBuilder()
                                .setTypeUrl(
                                        "type.googleapis.com/io.opensergo.proto.fault_tolerance.v1.RateLimitStrategy")
                                .setValue(ByteString.copyFromUtf8("\u00ff garbage")));
        server.stream().push(push);

        assertThat(follower.get(1).rules()).containsExactly(limit("a", 5), limit("b", 6));
        assertThat(follower.get(1).rejected()).hasSize(1);
        assertThat(server.stream().answer(1).getResponseAck()).isEqualTo("NACK");
    }

    private static Any invalidLimit(String name) {
        return Any.pack(
                io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.newBuilder()
                        .setName(name)
                        .setThreshold(-1)
                        .setStatDuration(1)
                        .build());
    }

    @Test
    void equalContentIsAcknowledgedButNotEmittedAgain() {
        Recorder<RateLimitStrategy> follower = follow();
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.get(0);
        server.stream().push(RateLimitStrategy.KIND, 2, limit("a", 5));
        server.stream().push(RateLimitStrategy.KIND, 3, limit("a", 6));

        server.stream().answer(2);

        assertThat(follower.get(1).version()).isEqualTo(3);
    }

    @Test
    void olderVersionOnTheSameStreamIsRefused() {
        Recorder<RateLimitStrategy> follower = follow();
        server.stream().answerSubscribe(0, 5, limit("a", 5));
        follower.get(0);
        server.stream().push(RateLimitStrategy.KIND, 4, limit("a", 4));
        server.stream().push(RateLimitStrategy.KIND, 6, limit("a", 6));

        SubscribeRequest nack = server.stream().answer(1);

        assertThat(nack.getResponseAck()).isEqualTo("NACK");
        assertThat(nack.getStatus().getCode()).isEqualTo(WireStatus.OUTDATED);
        assertThat(follower.get(1).version()).isEqualTo(6);
    }

    @Test
    void lowerVersionOfAnotherControlPlaneOnTheSameStreamIsTaken() {
        Recorder<RateLimitStrategy> follower = follow();
        server.stream().subscribe(0);
        server.stream().push(from("one", 100, limit("a", 5)));
        follower.get(0);

        server.stream().push(from("two", 2, limit("a", 9)));
        server.stream().push(from("two", 1, limit("a", 7)));

        assertThat(follower.get(1).rules()).containsExactly(limit("a", 9));
        assertThat(server.stream().answer(2).getStatus().getCode()).isEqualTo(WireStatus.OUTDATED);
    }

    private static SubscribeResponse.Builder from(
            String controlPlane, long version, RateLimitStrategy limit) {
        return ScriptedControlPlane.Stream.push(
                        "default", "shop", RateLimitStrategy.KIND.wireName(), version, limit)
                .setControlPlane(ControlPlaneDesc.newBuilder().setIdentifier(controlPlane));
    }

    @Test
    void laterPushesOfThePublicControlPlaneAreTaken() {
        Recorder<RateLimitStrategy> follower = follow();
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.get(0);
        SubscribeResponse.Builder later =
                ScriptedControlPlane.Stream.push(
                        "default", "shop", RateLimitStrategy.KIND.wireName(), 2, limit("a", 6));
        later.getStatusBuilder().setCode(WireStatus.SUCCESS_LATER);

        server.stream().push(later.setResponseId(""));

        assertThat(follower.get(1).rules()).containsExactly(limit("a", 6));
    }

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

    private static SubscribeResponse.Builder refusal(String requestId) {
        return SubscribeResponse.newBuilder()
                .setAck(WireStatus.NACK)
                .setResponseId(requestId)
                .setStatus(
                        io.opensergo.proto.internal.transport.v1.Status.newBuilder()
                                .setCode(WireStatus.BAD_REQUEST)
                                .setMessage("unknown kind"));
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

    @Test
    void pushWithoutAppIsIgnored() {
        Recorder<RateLimitStrategy> follower = follow();
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.get(0);

        server.stream()
                .push(
                        ScriptedControlPlane.Stream.push(
                                "default", "", RateLimitStrategy.KIND.wireName(), 2));
        server.stream().push(RateLimitStrategy.KIND, 3, limit("a", 6));

        assertThat(follower.get(1).rules()).containsExactly(limit("a", 6));
    }

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
                                                new RuleKey(SHOP, ConcurrencyLimitStrategy.KIND),
                                                Origin.CONTROL_PLANE))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void readyIsImmediateWithoutFollowersAndFailsWithARefusal() {
        StepVerifier.create(client.ready()).expectNextCount(1).expectComplete().verify(PATIENCE);
        client.rules(SHOP, RateLimitStrategy.KIND).onErrorComplete().subscribe();

        StepVerifier.create(client.ready())
                .then(
                        () ->
                                server.stream()
                                        .push(refusal(server.stream().subscribe(0).getRequestId())))
                .expectError(SubscriptionRefusedException.class)
                .verify(PATIENCE);
    }

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
                .subscribe(states::add, e -> ends.add(e.toString()), () -> ends.add("completed"));
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
                                                                .startsWith("opensergo-client-")));
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

    @Test
    void manyKeysShareOneStream() {
        List<Recorder<RateLimitStrategy>> followers =
                IntStream.range(0, 500)
                        .mapToObj(
                                i ->
                                        new Recorder<>(
                                                client.rules(
                                                        Target.of("app-" + i),
                                                        RateLimitStrategy.KIND)))
                        .toList();

        for (int i = 0; i < 500; i++) {
            server.stream().answerSubscribe(i, 1, limit("a", 5));
        }

        followers.forEach(follower -> assertThat(follower.get(0).rules()).hasSize(1));
        assertThat(server.streamCount()).isEqualTo(1);
    }

    @Test
    void sameKindWithAnotherRecordClassIsRefused() {
        follow();
        RuleKind<ConcurrencyLimitStrategy> clash =
                RuleKind.of(
                        RateLimitStrategy.KIND.apiVersion(),
                        RateLimitStrategy.KIND.name(),
                        ConcurrencyLimitStrategy.class);

        StepVerifier.create(client.rules(SHOP, clash))
                .expectErrorMessage(
                        clash
                                + " of "
                                + SHOP
                                + " is followed as "
                                + RateLimitStrategy.class
                                + " already, not as "
                                + ConcurrencyLimitStrategy.class)
                .verify(PATIENCE);
    }

    @Test
    void ownTargetComesFromTheSettings() {
        client(builder().namespace("prod").app("checkout"));
        assertThat(client.target()).isEqualTo(Target.of("prod", "checkout"));

        new Recorder<>(client.rules(RateLimitStrategy.KIND));

        assertThat(server.stream(1).subscribe(0).getTarget().getNamespace()).isEqualTo("prod");
        assertThat(server.stream(1).subscribe(0).getTarget().getApp()).isEqualTo("checkout");
    }

    @Test
    void ownTargetWithoutAppIsAnErrorThatNamesTheSetting() {
        assertThatThrownBy(() -> client.rules(RateLimitStrategy.KIND))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("app");
    }
}

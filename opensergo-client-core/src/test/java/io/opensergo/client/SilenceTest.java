package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Origin;
import io.opensergo.api.Readiness;
import io.opensergo.api.StaleRulesException;
import io.opensergo.api.Target;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfo;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceImplBase;
import io.opensergo.proto.internal.control_plane.v1.GetControlPlaneInfoRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A control plane that says nothing, or that fails to say something. */
class SilenceTest {

    private static final Target SHOP = Target.of("shop");
    private static final Duration NEVER = Duration.ofMinutes(10);
    private static final Duration SOON = Duration.ofMillis(50);

    private ScriptedControlPlane server;
    private @Nullable OpenSergoClient client;

    /** What a control plane that is asked about its silence does, of attempt to attempt. */
    private static final class Asked extends ControlPlaneInfoServiceImplBase {

        private final AtomicInteger attempts = new AtomicInteger();
        private final int failures;
        private final @Nullable Status failure;

        /**
         * @param failures how often it fails before it promises to answer each subscription
         * @param failure how it fails; {@code null} says nothing
         */
        Asked(int failures, @Nullable Status failure) {
            this.failures = failures;
            this.failure = failure;
        }

        static Asked failing(@Nullable Status failure) {
            return new Asked(Integer.MAX_VALUE, failure);
        }

        int attempts() {
            return attempts.get();
        }

        @Override
        public void getControlPlaneInfo(
                GetControlPlaneInfoRequest request, StreamObserver<ControlPlaneInfo> reply) {
            if (attempts.incrementAndGet() > failures) {
                reply.onNext(
                        ControlPlaneInfo.newBuilder().setAnswersEverySubscription(true).build());
                reply.onCompleted();
            } else if (failure != null) {
                reply.onError(failure.asRuntimeException());
            }
        }
    }

    private void serve(Asked asked) {
        server.close();
        server = ScriptedControlPlane.startWith(asked);
    }

    /** Asks what silence means, with short pauses, until that is known. */
    private Silence.Meaning learn(Duration answerTimeout) throws Exception {
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(server.endpoint()).usePlaintext().build();
        var loop = new EventLoop();
        try {
            var stub = ControlPlaneInfoServiceGrpc.newStub(channel);
            var learned = new CompletableFuture<Silence.Meaning>();
            var asking = new ArrayList<Silence>(1); // used on the loop alone
            Runnable look =
                    () -> {
                        if (asking.get(0).meaning() == Silence.Meaning.UNKNOWN) {
                            asking.get(0).ask(stub);
                        } else {
                            learned.complete(asking.get(0).meaning());
                        }
                    };
            loop.execute(
                    () -> {
                        asking.add(new Silence(loop, answerTimeout, Duration.ofMillis(10), look));
                        look.run();
                    });
            return learned.get(100, TimeUnit.SECONDS);
        } finally {
            loop.stop();
            channel.shutdownNow();
        }
    }

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

    private Recorder<RateLimitStrategy> follow(Duration answerTimeout, Duration refreshInterval) {
        client =
                OpenSergoClients.builder()
                        .endpoints(server.endpoint())
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                        .answerTimeout(answerTimeout)
                        .refreshInterval(refreshInterval)
                        .build();
        return new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
    }

    @Test
    void silentControlPlaneIsAskedAgainOnTheSameStream() {
        Recorder<RateLimitStrategy> follower = follow(SOON, NEVER);

        List<SubscribeRequest> asked =
                List.of(
                        server.stream().subscribe(0),
                        server.stream().subscribe(1),
                        server.stream().subscribe(2));

        assertThat(asked).extracting(SubscribeRequest::getRequestId).doesNotHaveDuplicates();
        assertThat(asked)
                .extracting(SubscribeRequest::getTarget)
                .containsOnly(asked.get(0).getTarget());
        assertThat(server.streamCount()).isOne();
        assertThat(follower.get(0).origin()).isEqualTo(Origin.ASSUMED_EMPTY);
        assertThat(follower.snapshots()).hasSize(1);
        assertThat(client.state().phase()).isEqualTo(Phase.READY);
    }

    @Test
    void answerToALaterRequestIsTakenAndEndsTheAsking() {
        Recorder<RateLimitStrategy> follower = follow(SOON, NEVER);
        server.stream().subscribe(1);
        assertThat(follower.get(0).origin()).isEqualTo(Origin.ASSUMED_EMPTY);

        server.stream().push(RateLimitStrategy.KIND, 1, limit("a", 5));

        assertThat(follower.get(1).origin()).isEqualTo(Origin.CONTROL_PLANE);
        int asked = server.stream().requests(SubscribeOpType.SUBSCRIBE).size();
        new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND)).get(0);
        assertThat(server.stream().requests(SubscribeOpType.SUBSCRIBE))
                .extracting(request -> request.getTarget().getKinds(0))
                .filteredOn(RateLimitStrategy.KIND.wireName()::equals)
                .hasSize(asked);
    }

    @Test
    void answeredKeyIsAskedForAgainNowAndThenWhichHealsALostPush() {
        Recorder<RateLimitStrategy> follower = follow(NEVER, SOON);
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.get(0);

        server.stream().answerSubscribe(1, 1, limit("a", 5));
        server.stream().answerSubscribe(2, 2, limit("a", 9));

        assertThat(follower.get(1).rules()).containsExactly(limit("a", 9));
        assertThat(follower.snapshots()).hasSize(2);
    }

    @Test
    void rulesThatASilentControlPlaneDoesNotConfirmAreStale() {
        Recorder<RateLimitStrategy> follower = follow(SOON, NEVER);
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.awaitRules(limit("a", 5));
        await().until(() -> client.state().phase() == Phase.READY);

        server.stream().fail(Status.UNAVAILABLE);
        server.stream(1).subscribe(1);

        await().until(() -> client.state().phase() == Phase.STALE);
        assertThat(client.state().cause())
                .isInstanceOf(StaleRulesException.class)
                .hasMessageContaining("default/shop");
        server.stream(1).push(RateLimitStrategy.KIND, 1, limit("a", 5));
        await().until(() -> client.state().phase() == Phase.READY);
        assertThat(client.state().cause()).isNull();
    }

    @Test
    void staleKeyThatNobodyFollowsAnyMoreIsNoReasonToBeStale() {
        Recorder<RateLimitStrategy> follower = follow(NEVER, NEVER);
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        follower.get(0);
        server.stream().fail(Status.UNAVAILABLE);
        await().until(() -> client.state().phase() == Phase.STALE);

        follower.subscription().dispose();

        await().until(() -> client.state().phase() == Phase.READY);
    }

    @Test
    void shortPatienceIsNotDelayedByTheLongerOneOfAnotherKey() {
        follow(Duration.ofMillis(300), NEVER);
        server.stream().subscribe(4); // the next patience is 16 times as long, 4.8 s

        new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND)).get(0);

        assertThat(server.stream().requests(SubscribeOpType.SUBSCRIBE))
                .extracting(request -> request.getTarget().getKinds(0))
                .filteredOn(RateLimitStrategy.KIND.wireName()::equals)
                .as("requests of the key with the longer patience, which is not over yet")
                .hasSize(5);
    }

    @Test
    void silenceOfAControlPlaneThatAnswersEachSubscriptionIsNoAnswer() {
        server.close();
        server = ScriptedControlPlane.startAnsweringAll();
        Recorder<RateLimitStrategy> follower = follow(SOON, NEVER);
        AtomicReference<Readiness> ready = new AtomicReference<>();
        client.ready().subscribe(ready::set);

        server.stream().subscribe(3); // asked again and again

        assertThat(follower.snapshots()).isEmpty();
        assertThat(ready).hasValue(null);
        server.stream().push(RateLimitStrategy.KIND, 5, limit("a", 5));
        assertThat(follower.get(0).origin()).isEqualTo(Origin.CONTROL_PLANE);
        await().until(() -> ready.get() != null);
        assertThat(ready.get().origins()).containsValue(Origin.CONTROL_PLANE);
    }

    @Test
    void controlPlaneThatSaysWhatBelongsTogetherNeedNotBeAskedWhatItsSilenceMeans() {
        Recorder<RateLimitStrategy> follower = follow(SOON, NEVER);
        server.stream().subscribe(0);
        server.stream().pushRevision(RateLimitStrategy.KIND, 5, List.of(), limit("a", 5));
        follower.get(0);
        Recorder<ConcurrencyLimitStrategy> other =
                new Recorder<>(client.rules(SHOP, ConcurrencyLimitStrategy.KIND));

        await().until(
                        () ->
                                server.stream().requests(SubscribeOpType.SUBSCRIBE).stream()
                                                .filter(
                                                        request ->
                                                                request.getTarget()
                                                                        .getKinds(0)
                                                                        .contains("Concurrency"))
                                                .count()
                                        > 2);

        assertThat(other.snapshots()).isEmpty();
    }

    @Test
    void keyIsAskedForAgainWhileTheControlPlaneHangsOnTheQuestionWhatItsSilenceMeans() {
        serve(Asked.failing(null));
        Recorder<RateLimitStrategy> follower = follow(SOON, NEVER);

        server.stream().subscribe(2);

        assertThat(follower.snapshots()).as("nothing is known yet").isEmpty();
        server.stream().push(RateLimitStrategy.KIND, 5, limit("a", 5));
        assertThat(follower.get(0).rules()).containsExactly(limit("a", 5));
    }

    @Test
    void silenceMeansNoRulesOnceAControlPlaneHasHungOnThatQuestionThreeTimes() throws Exception {
        Asked asked = Asked.failing(null);
        serve(asked);

        assertThat(learn(SOON)).isEqualTo(Silence.Meaning.NO_RULES);
    }

    @Test
    void silenceMeansNoRulesOnceThatQuestionWasUnavailableThreeTimes() throws Exception {
        Asked asked = Asked.failing(Status.UNAVAILABLE);
        serve(asked);

        assertThat(learn(NEVER)).isEqualTo(Silence.Meaning.NO_RULES);
        assertThat(asked.attempts()).isEqualTo(3);
    }

    @Test
    void controlPlaneThatAnswersThatQuestionAtTheThirdAttemptIsBelieved() throws Exception {
        serve(new Asked(2, Status.RESOURCE_EXHAUSTED));

        assertThat(learn(NEVER)).isEqualTo(Silence.Meaning.NOTHING);
    }

    @Test
    void clientIsReadyThoughThatQuestionIsNeverAnswered() {
        serve(Asked.failing(Status.UNAVAILABLE));
        Recorder<RateLimitStrategy> follower = follow(SOON, NEVER);

        Readiness ready = client.ready().block(Duration.ofSeconds(100));

        assertThat(ready.origins()).containsValue(Origin.ASSUMED_EMPTY);
        assertThat(follower.get(0).origin()).isEqualTo(Origin.ASSUMED_EMPTY);
        assertThat(server.streamCount()).isOne();
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {"UNAUTHENTICATED", "PERMISSION_DENIED", "UNIMPLEMENTED"})
    void controlPlaneThatServesTheStreamAndRefusesThatQuestionIsOneThatIsSilentWithoutRules(
            Status.Code refusal) throws Exception {
        Asked asked = Asked.failing(refusal.toStatus());
        serve(asked);

        assertThat(learn(NEVER)).isEqualTo(Silence.Meaning.NO_RULES);
        assertThat(asked.attempts()).isOne();
    }
}

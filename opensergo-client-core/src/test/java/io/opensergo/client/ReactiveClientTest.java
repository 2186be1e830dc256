package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What a client makes of what its followers want and of what a control plane pushes. */
class ReactiveClientTest extends ScriptedClient {

    @Nested
    class SubscriptionsOfFollowers {

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

    @Nested
    class FollowersThatLeave {

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
    }

    @Nested
    class Pushes {

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
            assertThat(server.stream().answer(2).getStatus().getCode())
                    .isEqualTo(WireStatus.OUTDATED);
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
    }

    @Nested
    class BadRules {

        @Test
        void badRuleIsRejectedAloneAndKeepsItsLastGoodVersion() {
            Recorder<RateLimitStrategy> follower = follow();
            server.stream().answerSubscribe(0, 1, limit("a", 5), limit("b", 6));
            follower.get(0);

            SubscribeResponse.Builder push =
                    ScriptedControlPlane.Stream.push(
                            "default",
                            "shop",
                            RateLimitStrategy.KIND.wireName(),
                            2,
                            limit("a", 50));
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
                            "default",
                            "shop",
                            RateLimitStrategy.KIND.wireName(),
                            2,
                            limit("a", 50));
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
    }
}

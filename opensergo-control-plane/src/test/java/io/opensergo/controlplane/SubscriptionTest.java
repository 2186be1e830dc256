package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.controlplane.TestClient.versionOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client gets for what it asks, over a real socket. */
class SubscriptionTest {

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private ControlPlane controlPlane;
    private TestClient client;

    @BeforeEach
    void start() {
        controlPlane = ControlPlane.builder().port(0).source(rules).start();
        client = new TestClient(controlPlane);
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        controlPlane.close();
    }

    @Test
    void pushesAllRulesOfTheKeyInTheOrderOfTheirNames() throws Exception {
        rules.put(rateLimit("b", 2), rateLimit("c", 3), rateLimit("a", 1));

        SubscribeResponse push = client.open().subscribe("foo-app", RATE_LIMIT).next();

        assertThat(rulesOf(push))
                .containsExactly(rateLimit("a", 1), rateLimit("b", 2), rateLimit("c", 3));
        assertThat(push.getAck()).isEmpty();
        assertThat(push.getStatus().getCode()).isEqualTo(WireStatus.SUCCESS);
        assertThat(push.getNamespace()).isEqualTo("default");
        assertThat(push.getApp()).isEqualTo("foo-app");
        assertThat(push.getKind()).isEqualTo(RATE_LIMIT);
        assertThat(push.getControlPlane().getIdentifier())
                .isEqualTo(controlPlane.status().identifier());
    }

    @Test
    void answersAKeyWithoutRulesWithAnEmptySnapshot() throws Exception {
        SubscribeResponse push = client.open().subscribe("foo-app", RATE_LIMIT).next();

        assertThat(push.hasDataWithVersion()).isTrue();
        assertThat(push.getDataWithVersion().getDataList()).isEmpty();
        assertThat(versionOf(push)).isPositive();
    }

    @Test
    void pushesEachChangeWithAHigherVersionAndAnotherResponseId() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        SubscribeResponse first = stream.next();

        rules.put(rateLimit("a", 1));
        SubscribeResponse second = stream.next();
        rules.put(rateLimit("a", 2));
        SubscribeResponse third = stream.next();

        assertThat(rulesOf(second)).containsExactly(rateLimit("a", 1));
        assertThat(rulesOf(third)).containsExactly(rateLimit("a", 2));
        assertThat(List.of(versionOf(first), versionOf(second), versionOf(third)))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(List.of(first.getResponseId(), second.getResponseId(), third.getResponseId()))
                .doesNotContain("")
                .doesNotHaveDuplicates();
    }

    @Test
    void pushesAnEmptyListWhenTheLastRuleGoes() throws Exception {
        rules.put(rateLimit("a", 1));
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        SubscribeResponse full = stream.next();

        rules.delete(rateLimit("a", 1).id());
        SubscribeResponse empty = stream.next();

        assertThat(empty.hasDataWithVersion()).isTrue();
        assertThat(rulesOf(empty)).isEmpty();
        assertThat(versionOf(empty)).isGreaterThan(versionOf(full));
    }

    @Test
    void pushesNothingWhenTheContentIsEqual() throws Exception {
        rules.put(rateLimit("a", 1));
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        stream.next();

        rules.put(rateLimit("a", 1));
        rules.replaceAll(List.of(rateLimit("a", 1)));
        rules.delete(rateLimit("unknown", 1).id());

        stream.expectNothing();
    }

    @Test
    void appliesABatchAsOneVersion() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        stream.next();

        List<Rule> batch =
                IntStream.range(0, 50).mapToObj(i -> (Rule) rateLimit("r" + i, i)).toList();
        rules.put(batch);

        assertThat(rulesOf(stream.next())).hasSize(50);
        stream.expectNothing();
    }

    @Test
    void movesARuleToAnotherAppWithItsLabel() throws Exception {
        rules.put(rateLimit("a", 1));
        Stream foo = client.open().subscribe("foo-app", RATE_LIMIT);
        Stream bar = client.open().subscribe("bar-app", RATE_LIMIT);
        foo.next();
        bar.next();

        Rule moved = rateLimit(Metadata.of("default", "bar-app", "a"), 1);
        rules.put(moved);

        assertThat(rulesOf(foo.next())).isEmpty();
        assertThat(rulesOf(bar.next())).hasToString(List.of(moved).toString());
    }

    @Test
    void answersASubscribeOfASubscribedKeyWithTheFullStateAgain() throws Exception {
        rules.put(rateLimit("a", 1));
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        SubscribeResponse first = stream.next();

        SubscribeResponse again = stream.subscribe("foo-app", RATE_LIMIT).next();

        assertThat(again.getDataWithVersion()).isEqualTo(first.getDataWithVersion());
        assertThat(again.getResponseId()).isNotEqualTo(first.getResponseId());
    }

    @Test
    void stopsPushingAfterAnUnsubscribe() throws Exception {
        Stream stream =
                client.open().subscribe("foo-app", RATE_LIMIT).subscribe("bar-app", RATE_LIMIT);
        stream.next();
        stream.next();

        stream.send(TestClient.unsubscribe("foo-app", RATE_LIMIT)).expectNothing();
        rules.put(rateLimit("a", 1));

        stream.expectNothing();
        assertThat(controlPlane.status().subscribers().get(0).subscriptions())
                .extracting(SubscriberStatus.Subscription::app)
                .containsExactly("bar-app");
    }

    @Test
    void ignoresAnUnsubscribeOfWhatIsNotSubscribed() throws Exception {
        Stream stream = client.open();

        stream.send(TestClient.unsubscribe("foo-app", RATE_LIMIT))
                .send(TestClient.unsubscribe("", "no/such/kind"));

        stream.expectNothing();
    }

    @Test
    void servesTheGoodKindsOfARequestAndRefusesTheOthers() throws Exception {
        Stream stream = client.open();

        stream.send(
                TestClient.subscribe(
                        "7",
                        "foo-app",
                        RATE_LIMIT,
                        "no/v1/Such",
                        ThrottlingStrategy.KIND.wireName()));
        List<SubscribeResponse> responses = List.of(stream.next(), stream.next(), stream.next());

        assertThat(responses)
                .filteredOn(response -> response.getAck().isEmpty())
                .extracting(SubscribeResponse::getKind)
                .containsExactly(RATE_LIMIT, ThrottlingStrategy.KIND.wireName());
        assertThat(responses)
                .filteredOn(response -> response.getAck().equals(WireStatus.NACK))
                .singleElement()
                .satisfies(
                        refusal -> {
                            assertThat(refusal.getKind()).isEqualTo("no/v1/Such");
                            assertThat(refusal.getResponseId()).isEqualTo("7");
                            assertThat(refusal.getStatus().getCode())
                                    .isEqualTo(WireStatus.BAD_REQUEST);
                            assertThat(refusal.getStatus().getMessage()).contains("no/v1/Such");
                            assertThat(refusal.hasDataWithVersion()).isFalse();
                        });
    }

    @Test
    void refusesARequestThatLacksItsTarget() throws Exception {
        Stream stream = client.open();
        var target =
                SubscribeRequestTarget.newBuilder()
                        .setNamespace("default")
                        .setApp("foo-app")
                        .addKinds(RATE_LIMIT)
                        .build();

        assertRefused(stream, target.toBuilder().clearNamespace().build(), "target.namespace");
        assertRefused(stream, target.toBuilder().clearApp().build(), "target.app");
        assertRefused(stream, target.toBuilder().clearKinds().build(), "target.kinds");
        assertRefused(stream, SubscribeRequestTarget.getDefaultInstance(), "target.namespace");
        assertThat(stream.subscribe("foo-app", RATE_LIMIT).next().getAck()).isEmpty();
    }

    private static void assertRefused(Stream stream, SubscribeRequestTarget target, String reason)
            throws Exception {
        stream.send(SubscribeRequest.newBuilder().setTarget(target).setRequestId("id").build());
        SubscribeResponse refusal = stream.next();
        assertThat(refusal.getAck()).isEqualTo(WireStatus.NACK);
        assertThat(refusal.getStatus().getCode()).isEqualTo(WireStatus.BAD_REQUEST);
        assertThat(refusal.getStatus().getMessage()).contains(reason);
        assertThat(refusal.getResponseId()).isEqualTo("id");
        assertThat(refusal.getNamespace()).isEqualTo(target.getNamespace());
        assertThat(refusal.getApp()).isEqualTo(target.getApp());
    }

    @Test
    void servesStreamsThatBearTheSameIdentifier() throws Exception {
        Stream one = client.open().subscribe("foo-app", RATE_LIMIT);
        Stream two = client.open().subscribe("foo-app", RATE_LIMIT);
        one.next();
        two.next();

        rules.put(rateLimit("a", 1));

        assertThat(rulesOf(one.next())).containsExactly(rateLimit("a", 1));
        assertThat(rulesOf(two.next())).containsExactly(rateLimit("a", 1));
    }

    @Test
    void forgetsAStreamThatHalfClosesAndCompletesIt() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        stream.next();

        stream.halfClose();

        assertThat(stream.end()).succeedsWithin(Duration.ofSeconds(5));
        assertThat(controlPlane.status().subscribers()).isEmpty();
    }

    @Test
    void forgetsAStreamThatIsReset() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        stream.next();

        stream.reset();

        await().until(() -> controlPlane.status().subscribers().isEmpty());
        rules.put(rateLimit("a", 1));
        assertThat(rulesOf(client.open().subscribe("foo-app", RATE_LIMIT).next())).hasSize(1);
    }

    @Test
    void repliesToThePublicJavaClientAsItExpects() throws Exception {
        rules.put(rateLimit("a", 1));
        Stream stream = client.open();
        stream.send(TestClient.subscribe("1", "foo-app", RATE_LIMIT))
                .send(TestClient.subscribe("2", "foo-app", CircuitBreakerStrategy.KIND.wireName()));
        SubscribeResponse rateLimits = stream.next();
        SubscribeResponse breakers = stream.next();
        assertThat(List.of(rateLimits.getAck(), breakers.getAck())).containsOnly("");

        stream.send(TestClient.ack(rateLimits)).send(TestClient.ack(breakers));
        rules.put(rateLimit("a", 2));
        SubscribeResponse update = stream.next();
        stream.send(TestClient.nack("", WireStatus.UNKNOWN, "cannot decode"));
        stream.send(TestClient.unsubscribe("foo-app", CircuitBreakerStrategy.KIND.wireName()));
        stream.expectNothing();

        SubscriberStatus status = controlPlane.status().subscribers().get(0);
        assertThat(status.identifier()).isEqualTo("test-client");
        assertThat(status.lastNack()).isNull();
        assertThat(status.subscriptions())
                .singleElement()
                .satisfies(
                        subscription -> {
                            assertThat(subscription.sentVersion()).isEqualTo(versionOf(update));
                            assertThat(subscription.ackedVersion())
                                    .isEqualTo(versionOf(rateLimits));
                            assertThat(subscription.lastNack()).isNotNull();
                            assertThat(subscription.lastNack().version())
                                    .isEqualTo(versionOf(update));
                            assertThat(subscription.lastNack().reason()).isEqualTo("cannot decode");
                        });
    }
}

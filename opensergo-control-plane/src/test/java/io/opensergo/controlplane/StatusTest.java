package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.versionOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.testsupport.ManualClock;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the control plane knows of its subscribers. */
class StatusTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private ControlPlane controlPlane;
    private TestClient client;

    @BeforeEach
    void start() {
        controlPlane =
                ControlPlane.builder().port(0).source(rules).clock(new ManualClock(NOW)).start();
        client = new TestClient(controlPlane);
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        controlPlane.close();
    }

    @Test
    void showsWhoIsThereAndSinceWhen() throws Exception {
        client.open().subscribe("foo-app", RATE_LIMIT).next();

        ControlPlaneStatus status = controlPlane.status();

        assertThat(status.identifier()).isNotBlank();
        assertThat(status.runningSince()).isEqualTo(NOW);
        assertThat(status.subscribers())
                .singleElement()
                .satisfies(
                        subscriber -> {
                            assertThat(subscriber.identifier()).isEqualTo("test-client");
                            assertThat(subscriber.remoteAddress()).startsWith("127.0.0.1:");
                            assertThat(subscriber.connectedSince()).isEqualTo(NOW);
                        });
    }

    @Test
    void showsSentAndAcceptedVersions() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        SubscribeResponse first = stream.next();
        stream.send(TestClient.ack(first)).expectNothing();
        rules.put(rateLimit("a", 1));
        SubscribeResponse second = stream.next();

        assertThat(subscription().sentVersion()).isEqualTo(versionOf(second));
        assertThat(subscription().ackedVersion()).isEqualTo(versionOf(first));

        stream.send(TestClient.ack(second)).expectNothing();
        assertThat(subscription().ackedVersion()).isEqualTo(versionOf(second));
    }

    @Test
    void keepsTheReasonOfARefusal() throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        SubscribeResponse push = stream.next();

        stream.send(TestClient.nack(push.getResponseId(), WireStatus.FORMAT, "x".repeat(10_000)))
                .expectNothing();

        SubscriberStatus.Nack nack = subscription().lastNack();
        assertThat(nack).isNotNull();
        assertThat(nack.version()).isEqualTo(versionOf(push));
        assertThat(nack.code()).isEqualTo(WireStatus.FORMAT);
        assertThat(nack.reason()).isEqualTo("x".repeat(1024));
        assertThat(nack.at()).isEqualTo(NOW);
        assertThat(subscription().ackedVersion()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {WireStatus.HANDLER_FAILED, WireStatus.OUTDATED, WireStatus.UNKNOWN})
    void acknowledgementWithTheCodeOfAFailureIsARefusal(int code) throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        SubscribeResponse push = stream.next();

        stream.send(withCode(push, code)).expectNothing();

        SubscriberStatus.Nack nack = subscription().lastNack();
        assertThat(nack).isNotNull();
        assertThat(nack.code()).isEqualTo(code);
        assertThat(nack.version()).isEqualTo(versionOf(push));
        assertThat(subscription().ackedVersion()).isZero();
        assertThat(controlPlane.status().refusals().refusedPushes()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, WireStatus.SUCCESS, WireStatus.SUCCESS_LATER})
    void acknowledgementWithTheCodeOfASuccessIsNone(int code) throws Exception {
        Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
        SubscribeResponse push = stream.next();

        stream.send(withCode(push, code)).expectNothing();

        assertThat(subscription().lastNack()).isNull();
        assertThat(subscription().ackedVersion()).isEqualTo(versionOf(push));
        assertThat(controlPlane.status().refusals().refusedPushes()).isZero();
    }

    private static SubscribeRequest withCode(SubscribeResponse push, int code) {
        return TestClient.ack(push).toBuilder()
                .setStatus(Status.newBuilder().setCode(code))
                .build();
    }

    @Test
    void keepsARefusalWithoutRequestIdWithTheStreamIfItMayMeanSeveralPushes() throws Exception {
        Stream stream =
                client.open().subscribe("foo-app", RATE_LIMIT).subscribe("bar-app", RATE_LIMIT);
        stream.next();
        stream.next();

        stream.send(TestClient.nack("", WireStatus.UNKNOWN, "cannot decode")).expectNothing();

        SubscriberStatus status = controlPlane.status().subscribers().get(0);
        assertThat(status.subscriptions()).allMatch(each -> each.lastNack() == null);
        assertThat(status.lastNack()).isNotNull();
        assertThat(status.lastNack().version()).isZero();
        assertThat(status.lastNack().reason()).isEqualTo("cannot decode");
    }

    @Test
    void takesAnswersToNothingAndRequestsWithoutIdentifier() throws Exception {
        Stream stream = client.open();

        stream.send(TestClient.nack("no-such-push", WireStatus.UNKNOWN, ""))
                .send(SubscribeRequest.newBuilder().setResponseAck(WireStatus.ACK).build())
                .send(SubscribeRequest.newBuilder().setResponseAck(WireStatus.NACK).build())
                .send(
                        TestClient.subscribe("1", "foo-app", RATE_LIMIT).toBuilder()
                                .clearIdentifier()
                                .build());

        assertThat(stream.next().getAck()).isEmpty();
        assertThat(controlPlane.status().subscribers().get(0).identifier()).isEmpty();
    }

    private SubscriberStatus.Subscription subscription() {
        return controlPlane.status().subscribers().get(0).subscriptions().get(0);
    }
}

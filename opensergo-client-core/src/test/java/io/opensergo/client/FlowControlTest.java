package io.opensergo.client;

import static io.opensergo.client.Recorder.limit;
import static io.opensergo.proto.internal.transport.v1.SubscribeOpType.SUBSCRIBE;
import static io.opensergo.proto.internal.transport.v1.SubscribeOpType.UNSUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** A control plane that pushes and does not read. */
class FlowControlTest {

    private static final int PUSHES = 20_000;
    private static final Duration PATIENCE = Duration.ofSeconds(100);

    @Test
    void unsentAnswersGiveWayToNewerOnesAndTheLastOneArrives() {
        try (var server = ScriptedControlPlane.startNotReading();
                OpenSergoClient client = OpenSergoClients.connect(server.endpoint())) {
            var follower = new Recorder<>(client.rules(Target.of("shop"), RateLimitStrategy.KIND));
            ScriptedControlPlane.Stream stream = server.stream();
            for (int i = 1; i <= PUSHES; i++) {
                stream.push(RateLimitStrategy.KIND, i, limit("a", i));
            }
            await().atMost(Duration.ofMinutes(1))
                    .until(
                            () ->
                                    follower.snapshots().stream()
                                            .anyMatch(s -> s.version() == PUSHES));

            stream.readOn();

            await().until(
                            () ->
                                    !stream.answers().isEmpty()
                                            && lastAnswer(stream).equals("push-" + PUSHES));
            assertThat(stream.answers().size()).isLessThan(PUSHES / 2);
            assertThat(stream.answers())
                    .extracting(SubscribeRequest::getResponseAck)
                    .containsOnly("ACK");
        }
    }

    private static String lastAnswer(ScriptedControlPlane.Stream stream) {
        List<SubscribeRequest> answers = stream.answers();
        return answers.get(answers.size() - 1).getRequestId();
    }

    @Test
    void keysThatComeAndGoWhileNothingIsReadEndAsTheyLastWere() {
        try (var server = ScriptedControlPlane.startNotReading();
                OpenSergoClient client =
                        OpenSergoClients.builder()
                                .endpoints(server.endpoint())
                                .unsubscribeGrace(Duration.ZERO)
                                .build()) {
            ScriptedControlPlane.Stream stream = server.stream();
            List<Disposable> apps =
                    IntStream.range(0, 10).mapToObj(app -> follow(client, "app-" + app)).toList();
            fillTheTransport(client);

            for (int round = 0; round < 3; round++) {
                apps.forEach(Disposable::dispose);
                apps =
                        IntStream.range(0, 10)
                                .mapToObj(app -> follow(client, "app-" + app))
                                .toList();
                client.states().blockFirst(PATIENCE);
            }
            for (int app = 0; app < 10; app++) {
                if (app != 3) {
                    apps.get(app).dispose();
                }
            }
            follow(client, "last");
            stream.readOn();

            await().until(() -> !about("last", stream).isEmpty());
            for (int app = 0; app < 10; app++) {
                List<SubscribeOpType> said = about("app-" + app, stream);
                assertThat(said.get(said.size() - 1)).isEqualTo(app == 3 ? SUBSCRIBE : UNSUBSCRIBE);
                assertThat(said).hasSizeLessThan(4);
            }
        }
    }

    @Test
    void unsubscribeIsNotLostIfTheKeyCameAndWentOnceMoreBeforeItWasSaid() {
        try (var server = ScriptedControlPlane.startNotReading();
                OpenSergoClient client =
                        OpenSergoClients.builder()
                                .endpoints(server.endpoint())
                                .unsubscribeGrace(Duration.ZERO)
                                .build()) {
            ScriptedControlPlane.Stream stream = server.stream();
            Disposable first = follow(client, "shop");
            stream.readSome(1);
            stream.subscribe(0);
            fillTheTransport(client);

            first.dispose();
            Disposable again = follow(client, "shop");
            client.states().blockFirst(PATIENCE); // the loop has seen it
            again.dispose();
            follow(client, "last");
            stream.readOn();

            await().until(() -> !about("last", stream).isEmpty());
            List<SubscribeOpType> said = about("shop", stream);
            assertThat(said.get(said.size() - 1)).isEqualTo(UNSUBSCRIBE);
        }
    }

    /** Asks for more than the transport takes while nobody reads. */
    private static void fillTheTransport(OpenSergoClient client) {
        for (int i = 0; i < 5_000; i++) {
            follow(client, "filler-" + i);
        }
        client.states().blockFirst(PATIENCE);
    }

    private static Disposable follow(OpenSergoClient client, String app) {
        return client.rules(Target.of(app), RateLimitStrategy.KIND).subscribe();
    }

    private static List<SubscribeOpType> about(String app, ScriptedControlPlane.Stream stream) {
        return stream.requests().stream()
                .filter(request -> request.getTarget().getApp().equals(app))
                .map(SubscribeRequest::getOpType)
                .toList();
    }
}

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
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** A control plane that pushes and does not read. */
class FlowControlTest {

    private static final int PUSHES = 20_000;

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
            for (int i = 0; i < PUSHES; i++) {
                follow(client, "app-" + i % 10).dispose();
            }
            follow(client, "app-3");
            client.rules(Target.of("last"), RateLimitStrategy.KIND).subscribe();

            stream.readOn();

            await().until(
                            () ->
                                    stream.requests(SUBSCRIBE).stream()
                                            .anyMatch(r -> r.getTarget().getApp().equals("last")));
            for (int app = 0; app < 10; app++) {
                List<SubscribeOpType> said = about("app-" + app, stream);
                SubscribeOpType last = said.isEmpty() ? UNSUBSCRIBE : said.get(said.size() - 1);
                assertThat(last).isEqualTo(app == 3 ? SUBSCRIBE : UNSUBSCRIBE);
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
            for (int i = 0; i < PUSHES; i++) { // fills what the transport takes
                follow(client, "filler-" + i % 7).dispose();
            }

            first.dispose();
            follow(client, "shop").dispose();
            client.rules(Target.of("last"), RateLimitStrategy.KIND).subscribe();
            stream.readOn();

            await().until(() -> !about("last", stream).isEmpty());
            List<SubscribeOpType> said = about("shop", stream);
            assertThat(said.get(said.size() - 1)).isEqualTo(UNSUBSCRIBE);
        }
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

package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ClientClosedException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.Node;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** What is asked of a client in the instant in which it closes. */
class CloseRaceTest {

    private static final ApplicationMetadata METADATA =
            ApplicationMetadata.builder()
                    .app("shop")
                    .node(Node.of("node-7", 4711, Instant.EPOCH))
                    .build();

    private final List<String> signals = new CopyOnWriteArrayList<>();

    private void subscribe(String name, Publisher<?> publisher) {
        Flux.from(publisher)
                .subscribe(
                        value -> {},
                        error -> signals.add(name + " " + error.getClass().getSimpleName()),
                        () -> signals.add(name + " completed"));
    }

    @Test
    void whateverIsAskedWhileItClosesIsAnswered() {
        try (ScriptedControlPlane server = ScriptedControlPlane.start()) {
            var client = new AtomicReference<OpenSergoClient>();
            // The client's own thread tells it, in the midst of closing: what is asked here comes
            // behind the close and before the end of the thread.
            ClientListener listener =
                    new ClientListener() {
                        @Override
                        public void onState(ConnectionState before, ConnectionState now) {
                            if (now.phase() == Phase.CLOSED) {
                                ask(client.get());
                            }
                        }
                    };
            client.set(
                    OpenSergoClients.builder()
                            .endpoints(server.endpoint())
                            .listener(listener)
                            .build());
            server.stream();

            client.get().close();

            await().until(() -> signals.size() == 4);
            String refused = ClientClosedException.class.getSimpleName();
            assertThat(signals)
                    .containsExactlyInAnyOrder(
                            "ready " + refused,
                            "report " + refused,
                            "rules " + refused,
                            "states completed");
        }
    }

    private void ask(OpenSergoClient client) {
        subscribe("ready", client.ready());
        subscribe("report", client.report(METADATA));
        subscribe("rules", client.rules(Target.of("shop"), RateLimitStrategy.KIND));
        subscribe("states", client.states());
    }
}

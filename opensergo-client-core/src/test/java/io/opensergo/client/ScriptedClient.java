package io.opensergo.client;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A client of a control plane that does what the test says. */
abstract class ScriptedClient {

    static final Duration PATIENCE = Duration.ofSeconds(100);
    static final Target SHOP = Target.of("shop");

    ScriptedControlPlane server;
    OpenSergoClient client;

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

    OpenSergoClientBuilder builder() {
        return OpenSergoClients.builder()
                .endpoints(server.endpoint())
                .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                .answerTimeout(Duration.ofMinutes(1))
                .unsubscribeGrace(Duration.ZERO);
    }

    OpenSergoClient client(OpenSergoClientBuilder builder) {
        if (client != null) {
            server.stream(0);
            client.close();
        }
        client = builder.build();
        return client;
    }

    Recorder<RateLimitStrategy> follow() {
        return new Recorder<>(client.rules(SHOP, RateLimitStrategy.KIND));
    }
}

package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that do not read at all, and peers that are no more. */
class StuckSubscriberTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private ControlPlane controlPlane;
    private TestClient client;

    @BeforeEach
    void start() {
        controlPlane = builder().source(rules).start();
        client = new TestClient(controlPlane);
    }

    private ControlPlaneBuilder builder() {
        return ControlPlane.builder().port(0).stuckSubscriberTimeout(TIMEOUT);
    }

    @AfterEach
    void stop() throws InterruptedException {
        client.close();
        controlPlane.close();
    }

    @Test
    void streamThatIsNotReadIsCutAndTheOthersOfItsConnectionAreNot() throws Exception {
        Stream idle = client.open().subscribe("other-app", RATE_LIMIT);
        idle.next();
        Stream stuck = client.openWithoutReading().subscribe("foo-app", RATE_LIMIT);
        await().atMost(PATIENCE).until(() -> controlPlane.status().subscribers().size() == 2);

        fillTheWindows();

        await().atMost(PATIENCE).until(() -> controlPlane.status().subscribers().size() == 1);
        assertThat(controlPlane.status().refusals().stuckSubscribers()).isEqualTo(1);
        stuck.read(10_000);
        assertThat(stuck.status().getCode()).isEqualTo(Status.Code.CANCELLED);
        rules.put(rateLimit(Metadata.of("default", "other-app", "a"), 1));
        assertThat(rulesOf(idle.next())).hasSize(1);
    }

    @Test
    void streamThatIsReadSlowlyIsNotCut() throws Exception {
        Stream slow = client.openWithoutReading().subscribe("foo-app", RATE_LIMIT);
        await().atMost(PATIENCE).until(() -> !controlPlane.status().subscribers().isEmpty());
        long until = System.nanoTime() + 2 * TIMEOUT.toNanos();

        long threshold = 0;
        while (System.nanoTime() < until) {
            rules.replaceAll(manyRules(++threshold));
            slow.read(1);
            slow.next();
        }

        assertThat(controlPlane.status().refusals().stuckSubscribers()).isZero();
        assertThat(controlPlane.status().subscribers()).hasSize(1);
    }

    @Test
    void connectionWhosePeerIsGoneWithoutAWordIsFound() throws Exception {
        try (ControlPlane pinging =
                        builder().keepAlive(Duration.ofMillis(300), Duration.ofSeconds(1)).start();
                var link = new Link(pinging.port());
                var far = new TestClient(link.port())) {
            far.open().subscribe("foo-app", RATE_LIMIT).next();
            assertThat(pinging.status().subscribers()).hasSize(1);

            link.freeze();

            await().atMost(PATIENCE).until(() -> pinging.status().subscribers().isEmpty());
            assertThat(pinging.status().refusals().stuckSubscribers()).isZero();
        }
    }

    private void fillTheWindows() {
        for (int change = 1; change <= 100; change++) {
            rules.replaceAll(manyRules(change));
        }
    }

    private static List<Rule> manyRules(long threshold) {
        return IntStream.range(0, 2000)
                .mapToObj(i -> (Rule) rateLimit("rule-" + i, threshold))
                .toList();
    }
}

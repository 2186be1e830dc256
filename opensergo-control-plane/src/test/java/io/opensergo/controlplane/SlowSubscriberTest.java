package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that does not read harms nobody else, and catches up with the latest alone. */
class SlowSubscriberTest {

    /** Enough pushes of enough bytes to fill every window between the two ends many times. */
    private static final int CHANGES = 200;

    private static final int RULES = 2000;

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
    void getsTheLatestAloneAndHoldsNobodyBack() throws Exception {
        Stream slow = client.openWithoutReading().subscribe("foo-app", RATE_LIMIT);
        await().until(() -> !controlPlane.status().subscribers().isEmpty());
        try (var other = new TestClient(controlPlane)) {
            Stream fast = other.open().subscribe("foo-app", RATE_LIMIT);
            fast.next();

            for (int change = 1; change <= CHANGES; change++) {
                rules.replaceAll(manyRules(change));
                assertThat(thresholdOf(fast.next())).isEqualTo(change);
            }
        }

        slow.read(CHANGES);
        int pushes = 0;
        long threshold = 0;
        while (threshold < CHANGES) {
            SubscribeResponse push = slow.next();
            threshold = rulesOf(push).isEmpty() ? 0 : thresholdOf(push);
            pushes++;
        }
        assertThat(pushes).isLessThan(CHANGES / 2);
        slow.expectNothing();
    }

    @Test
    void isNotReadFromWhileItLeavesRefusalsUnread() throws Exception {
        Stream slow = client.openWithoutReading();
        String[] kinds =
                IntStream.range(0, 100)
                        .mapToObj(i -> "no/v1/" + "x".repeat(240) + i)
                        .toArray(String[]::new);

        for (int i = 0; i < 100; i++) {
            slow.send(TestClient.subscribe("bad-" + i, "foo-app", kinds));
        }
        slow.send(TestClient.subscribe("good", "foo-app", RATE_LIMIT));

        assertThat(controlPlane.status().subscribers())
                .allMatch(subscriber -> subscriber.subscriptions().isEmpty());
        slow.read(10_001);
        for (int i = 0; i < 10_000; i++) {
            assertThat(slow.next().getResponseId()).isEqualTo("bad-" + i / 100);
        }
        assertThat(slow.next().getAck()).isEmpty();
    }

    private static List<Rule> manyRules(long threshold) {
        return IntStream.range(0, RULES)
                .mapToObj(i -> (Rule) rateLimit("rule-" + i, threshold))
                .toList();
    }

    private static long thresholdOf(SubscribeResponse push) {
        List<RateLimitStrategy> rules = rulesOf(push);
        assertThat(rules).hasSize(RULES);
        long threshold = rules.get(0).threshold();
        assertThat(rules).allMatch(rule -> rule.threshold() == threshold);
        assertThat(rules).allMatch(rule -> rule.metadata().equals(metadata(rule)));
        return threshold;
    }

    private static Metadata metadata(RateLimitStrategy rule) {
        return Metadata.of("default", "foo-app", rule.name());
    }
}

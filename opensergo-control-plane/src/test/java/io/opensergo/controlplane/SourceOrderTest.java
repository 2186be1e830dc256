package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.versionOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.rules.Metadata;
import io.opensergo.testsupport.ManualClock;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Where versions come from, as a user's own source sees it. */
class SourceOrderTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final long CLOCK = Versions.at(NOW);

    @Test
    void sourceThatSaysNothingIsOfThisMoment() throws Exception {
        try (ControlPlane controlPlane = start(new Source(listener -> {}));
                var client = new TestClient(controlPlane)) {
            assertThat(versionOf(client.open().subscribe("foo-app", RATE_LIMIT).next()))
                    .isEqualTo(CLOCK);
        }
    }

    @Test
    void sourceWithAnOrderDecidesAloneWhateverTheClockSays() throws Exception {
        var source =
                new Source(listener -> listener.changed(List.of(rateLimit("a", 1)), List.of(), 70));
        try (ControlPlane controlPlane = start(source);
                var client = new TestClient(controlPlane)) {
            Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
            assertThat(versionOf(stream.next())).isEqualTo(70);

            source.listener.changed(List.of(), List.of(), 80);
            stream.expectNothing();
            assertThat(versionOf(stream.subscribe("foo-app", RATE_LIMIT).next())).isEqualTo(80);

            source.listener.changed(List.of(rateLimit("a", 2)), List.of(), 80);
            assertThat(versionOf(stream.next())).isEqualTo(81);
            source.listener.changed(List.of(rateLimit("a", 3)), List.of(), 90);
            assertThat(versionOf(stream.next())).isEqualTo(90);
            source.listener.changed(List.of(), List.of(rateLimit("a", 3).id()), 95);
            assertThat(versionOf(stream.next())).isEqualTo(95);
            assertThat(controlPlane.status().revision()).isEqualTo(95);
        }
    }

    @Test
    void changeOfAnotherKeyIsNoPushAndRaisesTheVersionOfTheNext() throws Exception {
        var rules = new InMemoryRuleSource();
        rules.put(rateLimit("a", 1));
        try (ControlPlane controlPlane = start(rules);
                var client = new TestClient(controlPlane)) {
            Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
            long first = versionOf(stream.next());

            rules.put(rateLimit(Metadata.of("default", "bar-app", "b"), 1));

            stream.expectNothing();
            assertThat(versionOf(stream.subscribe("foo-app", RATE_LIMIT).next()))
                    .isEqualTo(first + 1);
        }
    }

    @Test
    void negativeRevisionIsRefused() {
        var source = new Source(listener -> {});
        try (ControlPlane controlPlane = start(source)) {
            assertThat(controlPlane.status().revision()).isEqualTo(CLOCK);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> source.listener.changed(List.of(), List.of(), -1))
                    .withMessageContaining("-1");
        }
    }

    private static ControlPlane start(RuleSource source) {
        return ControlPlane.builder().port(0).source(source).clock(new ManualClock(NOW)).start();
    }

    /** A user's source. */
    private static final class Source implements RuleSource {

        private final Consumer<Listener> beginning;
        private Listener listener;

        Source(Consumer<Listener> beginning) {
            this.beginning = beginning;
        }

        @Override
        public String name() {
            return "a user's source";
        }

        @Override
        public void start(Listener listener) {
            this.listener = listener;
            beginning.accept(listener);
        }

        @Override
        public void close() {
            // nothing to give back
        }
    }
}

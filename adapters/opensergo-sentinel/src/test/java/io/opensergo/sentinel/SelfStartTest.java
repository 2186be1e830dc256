package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Starts by the setting, which Sentinel makes by itself. */
class SelfStartTest {

    @AfterEach
    void reset() {
        Rig.resetSentinel();
    }

    @Test
    void nothingIsLeftOfAStartThatFails() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.put(
                    "kept-out",
                    2,
                    Rules.on("kept-out", Rules.rate("a", 0, 1), Rules.rate("b", 0, 60)));
            rig.sentinel.close();
            var failing = new FailingAtLast(rig.client);

            assertThatThrownBy(() -> OpenSergoSentinel.startForSentinel(failing))
                    .isSameAs(failing.failure);

            assertThat(failing.asked).isGreaterThan(1);
            assertThat(failing.isClosed()).isTrue();
            assertThat(OpenSergoSentinel.started()).isEmpty();
            assertThat(Calls.passed("kept-out", 10)).isEqualTo(10);
            assertThat(SlotTable.current()).isSameAs(SlotTable.EMPTY);
        }
    }

    @Test
    void aStartThatFailsDoesNotKeepTheNextOneFromGoverning() throws IOException {
        try (Rig rig = Rig.start()) {
            rig.sentinel.close();
            var failing = new FailingAtLast(rig.client);
            assertThatThrownBy(() -> OpenSergoSentinel.startForSentinel(failing))
                    .isSameAs(failing.failure);
        }

        OpenSergoSentinel.startForSentinel(new IdleClient());

        assertThat(OpenSergoSentinel.started()).isPresent();
        OpenSergoSentinel.started().orElseThrow().close();
    }

    @Test
    void ofTwoStartsForSentinelAtOnceOneGoverns() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 100; round++) {
                var start = new CyclicBarrier(2);
                List<IdleClient> clients = List.of(new IdleClient(), new IdleClient());
                List<Callable<Void>> starts =
                        clients.stream().map(client -> startingAt(start, client)).toList();

                for (Future<Void> each : threads.invokeAll(starts)) {
                    each.get();
                }

                assertThat(clients).filteredOn(IdleClient::isClosed).hasSize(1);
                OpenSergoSentinel.started().orElseThrow().close();
                assertThat(clients).allMatch(IdleClient::isClosed);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Void> startingAt(CyclicBarrier barrier, OpenSergoClient client) {
        return () -> {
            barrier.await(60, TimeUnit.SECONDS);
            OpenSergoSentinel.startForSentinel(client);
            return null;
        };
    }

    /** Hands out some kinds of rules at once, and fails when it is asked for the last. */
    private static final class FailingAtLast extends IdleClient {

        private final OpenSergoClient client;
        private final IllegalStateException failure = new IllegalStateException("no more");
        private int asked;

        private FailingAtLast(OpenSergoClient client) {
            this.client = client;
        }

        @Override
        public <R extends Rule> Flux<RuleSnapshot<R>> rules(Target target, RuleKind<R> kind) {
            if (++asked == RuleBook.PROTECTION.size()) {
                throw failure;
            }
            RuleSnapshot<R> first =
                    Objects.requireNonNull(client.rules(target, kind).blockFirst(Rig.PATIENCE));
            return Flux.concat(Flux.just(first), Flux.never());
        }
    }
}

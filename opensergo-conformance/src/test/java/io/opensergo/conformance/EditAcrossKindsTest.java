package io.opensergo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Edits of several kinds at once, from a control plane over a socket into a governor. */
class EditAcrossKindsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Target SHOP = Target.of("shop");

    private static Strategy nothingPasses(int edit) {
        Metadata metadata = Metadata.of("default", "shop", "s" + edit);
        return edit % 3 == 2
                ? ConcurrencyLimitStrategy.builder(metadata).maxConcurrency(0).build()
                : RateLimitStrategy.builder(metadata)
                        .threshold(0)
                        .statDuration(Duration.ofSeconds(1))
                        .build();
    }

    private static List<Rule> protectedBy(Strategy strategy) {
        return List.of(
                strategy,
                FaultToleranceRule.builder(Metadata.of("default", "shop", "protect"))
                        .targets(List.of(ResourceRef.of("a")))
                        .strategies(List.of(StrategyRef.to(strategy)))
                        .build());
    }

    private static String strategyOf(Guard guard) {
        long token = guard.acquire();
        return Guard.isRefused(token) ? guard.rejection(token).strategy() : "";
    }

    @Test
    void renamingAStrategyAdmitsNobody() throws InterruptedException {
        var source = new InMemoryRuleSource();
        source.put(protectedBy(nothingPasses(0)));
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(source).start();
                OpenSergoClient client =
                        OpenSergoClients.connect("localhost:" + controlPlane.port());
                Governor governor = Governor.of(client, SHOP)) {
            governor.ready().block(PATIENCE);
            Guard guard = governor.guard("a");
            var over = new AtomicBoolean();
            var asked = new AtomicLong();
            var admitted = new AtomicLong();
            List<Thread> callers =
                    IntStream.range(0, 2)
                            .mapToObj(i -> new Thread(() -> ask(guard, over, asked, admitted)))
                            .toList();
            callers.forEach(Thread::start);

            for (int edit = 1; edit <= 40; edit++) {
                String name = "s" + edit;
                source.replaceAll(protectedBy(nothingPasses(edit)));
                governor.plans()
                        .filter(plan -> strategyOf(guard).equals(name))
                        .blockFirst(PATIENCE);
                assertThat(governor.plan().problems()).isEmpty();
            }
            over.set(true);
            for (Thread caller : callers) {
                caller.join();
            }

            assertThat(asked).hasPositiveValue();
            assertThat(admitted).hasValue(0);
        }
    }

    private static void ask(
            Guard guard, AtomicBoolean over, AtomicLong asked, AtomicLong admitted) {
        while (!over.get()) {
            long token = guard.acquire();
            asked.incrementAndGet();
            if (!Guard.isRefused(token)) {
                admitted.incrementAndGet();
            }
        }
    }
}

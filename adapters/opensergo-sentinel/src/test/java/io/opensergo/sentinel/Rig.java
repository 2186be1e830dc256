package io.opensergo.sentinel;

import static org.awaitility.Awaitility.await;

import com.alibaba.csp.sentinel.property.DynamicSentinelProperty;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import com.alibaba.csp.sentinel.slots.system.SystemRuleManager;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.controlplane.RuleSource;
import io.opensergo.rules.Rule;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * A control plane, a client of it over a socket, and Sentinel governed by it. Sentinel's managers
 * are as new when it is closed.
 */
final class Rig implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    final InMemoryRuleSource source = new InMemoryRuleSource();
    final ControlPlane controlPlane;
    final OpenSergoClient client;
    final OpenSergoSentinel sentinel;

    private Rig(RuleSource... others) throws IOException {
        var builder = ControlPlane.builder().port(0).source(source);
        for (RuleSource other : others) {
            builder.source(other);
        }
        controlPlane = builder.start();
        client = client(controlPlane.port());
        sentinel =
                OpenSergoSentinel.builder(client, Target.of(Rules.APP)).instances(() -> 2).start();
        sentinel.ready().block(PATIENCE);
    }

    static Rig start(RuleSource... others) throws IOException {
        return new Rig(others);
    }

    static OpenSergoClient client(int port) {
        return OpenSergoClients.builder()
                .endpoints("localhost:" + port)
                .app(Rules.APP)
                .backoff(Duration.ofMillis(50), Duration.ofMillis(200))
                .build();
    }

    /** Puts rules and waits until a number of strategies is enforced on a resource. */
    void put(String resource, int strategies, Collection<? extends Rule> rules) {
        source.put(rules);
        awaitStrategies(resource, strategies);
    }

    void awaitStrategies(String resource, int strategies) {
        eventually(() -> enforcements(resource).size() == strategies);
    }

    /** Waits until an engine enforces every strategy on a resource; there is at least one. */
    void awaitEngine(String resource, Enforcement.Engine engine) {
        eventually(
                () -> {
                    List<Enforcement> found = enforcements(resource);
                    return !found.isEmpty() && found.stream().allMatch(it -> it.by() == engine);
                });
    }

    List<Enforcement> enforcements(String resource) {
        return sentinel.enforcements().stream()
                .filter(it -> it.resource().equals(resource))
                .toList();
    }

    /** Makes inbound requests until one is refused. */
    static BlockException awaitRefusal(String resource) {
        return await().atMost(PATIENCE)
                .until(() -> Calls.refusal(resource), Optional::isPresent)
                .orElseThrow();
    }

    static void eventually(Callable<Boolean> condition) {
        await().atMost(PATIENCE).until(condition);
    }

    static List<FlowRule> flowRules(String resource) {
        return FlowRuleManager.getRules().stream()
                .filter(rule -> rule.getResource().equals(resource))
                .toList();
    }

    /** Makes Sentinel's managers as new. */
    static void resetSentinel() {
        FlowRuleManager.register2Property(new DynamicSentinelProperty<>(List.of()));
        DegradeRuleManager.register2Property(new DynamicSentinelProperty<>(List.of()));
        SystemRuleManager.register2Property(new DynamicSentinelProperty<>(List.of()));
    }

    @Override
    public void close() {
        sentinel.close();
        client.close();
        controlPlane.close();
        resetSentinel();
    }
}

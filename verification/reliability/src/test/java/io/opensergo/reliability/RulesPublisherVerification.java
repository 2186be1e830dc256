package io.opensergo.reliability;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;
import org.testng.annotations.AfterMethod;
import org.testng.annotations.BeforeClass;
import reactor.core.publisher.Flux;

/**
 * The rules that the TCK of Reactive Streams has for publishers, applied to {@code rules()} of a
 * real client of a real control plane.
 *
 * <p>Each publisher is of a target of its own, whose rules change while it is looked at.
 */
abstract class RulesPublisherVerification
        extends PublisherVerification<RuleSnapshot<RateLimitStrategy>> {

    /** A round trip on a machine that does something else as well. */
    private static final long TIMEOUT_MILLIS = 5000;

    /** How long nothing must come where nothing may come. */
    private static final long SILENCE_MILLIS = 100;

    /** How often the TCK looks for an error. */
    private static final long POLL_MILLIS = 20;

    private final InMemoryRuleSource source = new InMemoryRuleSource();
    private final List<OpenSergoClient> clients = new CopyOnWriteArrayList<>();
    private final AtomicLong thresholds = new AtomicLong();
    private final AtomicLong targets = new AtomicLong();
    private ControlPlane controlPlane;

    RulesPublisherVerification() {
        super(new TestEnvironment(TIMEOUT_MILLIS, SILENCE_MILLIS, POLL_MILLIS));
    }

    @BeforeClass
    public void startControlPlane() {
        controlPlane = ControlPlane.builder().port(0).source(source).start();
    }

    @AfterMethod(alwaysRun = true)
    public void closeClients() {
        clients.forEach(OpenSergoClient::close);
        clients.clear();
    }

    @AfterClass(alwaysRun = true)
    public void stopControlPlane() {
        controlPlane.close();
    }

    OpenSergoClient connect() {
        return remember(
                OpenSergoClients.builder()
                        .endpoints("localhost:" + controlPlane.port())
                        .unsubscribeGrace(Duration.ZERO)
                        .build());
    }

    OpenSergoClient connectToNobody() {
        return remember(OpenSergoClients.connect("localhost:" + Ports.free()));
    }

    private OpenSergoClient remember(OpenSergoClient client) {
        clients.add(client);
        return client;
    }

    /** Returns a target with one rule. */
    Target newTarget() {
        Target target = Target.of("app-" + targets.incrementAndGet());
        change(target);
        return target;
    }

    void change(Target target) {
        source.put(
                RateLimitStrategy.builder(
                                Metadata.of(target.namespace(), target.app(), target.app()))
                        .threshold(thresholds.incrementAndGet())
                        .statDuration(Duration.ofSeconds(1))
                        .build());
    }

    static Flux<RuleSnapshot<RateLimitStrategy>> rules(OpenSergoClient client, Target target) {
        return client.rules(target, RateLimitStrategy.KIND);
    }

    /** A client that is closed has nothing to say. */
    @Override
    public Publisher<RuleSnapshot<RateLimitStrategy>> createFailedPublisher() {
        OpenSergoClient client = connect();
        client.close();
        return rules(client, newTarget());
    }
}

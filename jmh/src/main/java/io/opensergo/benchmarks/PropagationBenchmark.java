package io.opensergo.benchmarks;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a changed rule travel, from {@code put} to the subscriber's {@code onNext}?
 *
 * <p>Control plane and client share a process but talk over a loopback socket. 100 keys of one rule
 * are subscribed to; 100 times a second the next of them changes. Waiting for that moment is not
 * measured; waking up the thread that waits for {@code onNext} is, so the figures err on the safe
 * side.
 *
 * <p>Target: p50 at most 1 ms, p99 at most 5 ms.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar Propagation}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 5)
public class PropagationBenchmark {

    private static final int KEYS = 100;
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1) / 100;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final InMemoryRuleSource source = new InMemoryRuleSource();
    private final ControlPlane controlPlane = ControlPlane.builder().port(0).source(source).start();
    private final OpenSergoClient client =
            OpenSergoClients.connect("localhost:" + controlPlane.port());
    private final Semaphore arrived = new Semaphore(0);

    /** The threshold of the rule to wait for, which no rule had before. */
    private volatile long awaited;

    private long nextStart = System.nanoTime();

    /** Brings every key to the client. */
    @Setup(Level.Trial)
    public void subscribe() throws InterruptedException {
        for (int key = 0; key < KEYS; key++) {
            source.put(rule(key));
            client.rules(Target.of(SampleRules.NAMESPACE, app(key)), RateLimitStrategy.KIND)
                    .subscribe(this::onSnapshot, PropagationBenchmark::fail);
        }
        await(KEYS);
    }

    private void onSnapshot(RuleSnapshot<RateLimitStrategy> snapshot) {
        if (!snapshot.rules().isEmpty() && snapshot.rules().get(0).threshold() == awaited) {
            arrived.release();
        }
    }

    private static void fail(Throwable error) {
        throw new IllegalStateException("a subscription failed", error);
    }

    /** Waits for the time of the next change, and skips the changes it is too late for. */
    @Setup(Level.Invocation)
    public void pace() {
        long now = System.nanoTime();
        nextStart += Math.max(PERIOD_NANOS, now - nextStart);
        for (long left = nextStart - now; left > 0; left = nextStart - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        long next = awaited;
        awaited = next + 1;
    }

    /** One change of one rule. */
    @Benchmark
    public void putToOnNext() throws InterruptedException {
        source.put(rule((int) (awaited % KEYS)));
        await(1);
    }

    private void await(int snapshots) throws InterruptedException {
        if (!arrived.tryAcquire(snapshots, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("a snapshot did not arrive within " + PATIENCE);
        }
    }

    private RateLimitStrategy rule(int key) {
        return SampleRules.strategy(app(key), "rate-limit-of-" + app(key), awaited);
    }

    private static String app(int key) {
        return "service-" + key;
    }

    /** Closes both ends. */
    @TearDown(Level.Trial)
    public void close() {
        client.close();
        controlPlane.close();
    }
}

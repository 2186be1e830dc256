package io.opensergo.benchmarks;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.reliability.FaultProxy;
import io.opensergo.reliability.Ports;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How do 1,000 clients come back to a control plane that was restarted: at once, or spread out?
 *
 * <p>The clients are real ones with the default settings, each with one key, in one process; they
 * connect through a proxy, which notes when each attempt arrives, those that fail because the
 * control plane is not back yet included. Time runs from the moment when the control plane closes.
 *
 * <p>Target: no more than a fifth of the clients within any 100 ms.
 *
 * <p>Arguments: how many clients (1000), and how long the control plane is away in milliseconds
 * (once 0 and once 5000).
 *
 * <pre>{@code java -Dorg.slf4j.simpleLogger.log.io.opensergo=error -cp jmh/target/benchmarks.jar \
 *     io.opensergo.benchmarks.HerdReport}</pre>
 */
public final class HerdReport {

    private static final Target TARGET = Target.of(SampleRules.NAMESPACE, SampleRules.APP);
    private static final long PATIENCE_SECONDS = 180;
    private static final long SLOT_MILLIS = 100;
    private static final long STABLE_MILLIS = 6_000;

    private final int clientCount;
    private final InMemoryRuleSource source = new InMemoryRuleSource();
    private final Collection<Long> arrivals = new ConcurrentLinkedQueue<>();
    private final int serverPort = Ports.free();
    private final List<OpenSergoClient> clients = new ArrayList<>();
    private volatile CountDownLatch behind;
    private volatile long awaited = 1;

    private HerdReport(int clientCount) {
        this.clientCount = clientCount;
        this.behind = new CountDownLatch(clientCount);
    }

    /**
     * Measures, and prints what was found.
     *
     * @param args how many clients, and how long the outage is
     */
    public static void main(String[] args) throws InterruptedException {
        int clients = args.length > 0 ? Integer.parseInt(args[0]) : 1_000;
        List<Long> outages =
                args.length > 1 ? List.of(Long.parseLong(args[1])) : List.of(0L, 5_000L);
        for (long outage : outages) {
            new HerdReport(clients).measure(outage);
        }
    }

    private void measure(long outageMillis) throws InterruptedException {
        source.put(rule(1));
        ControlPlane controlPlane = start();
        try (FaultProxy proxy =
                FaultProxy.to(serverPort, connection -> arrivals.add(System.nanoTime()))) {
            for (int i = 0; i < clientCount; i++) {
                clients.add(follow(proxy.endpoint()));
            }
            awaitAll();
            TimeUnit.MILLISECONDS.sleep(STABLE_MILLIS);
            behind = new CountDownLatch(clientCount);
            awaited = 2;
            arrivals.clear();
            long start = System.nanoTime();
            controlPlane.close();
            TimeUnit.MILLISECONDS.sleep(outageMillis);
            source.put(rule(2));
            controlPlane = start();
            long back = System.nanoTime();
            awaitAll();
            report(outageMillis, start, back, System.nanoTime());
            clients.parallelStream().forEach(OpenSergoClient::close);
        }
        controlPlane.close();
    }

    private static RateLimitStrategy rule(long threshold) {
        return SampleRules.strategy(SampleRules.APP, "limit", threshold);
    }

    private ControlPlane start() {
        return ControlPlane.builder().port(serverPort).source(source).start();
    }

    private OpenSergoClient follow(String endpoint) {
        OpenSergoClient client = OpenSergoClients.connect(endpoint);
        client.rules(TARGET, RateLimitStrategy.KIND)
                .subscribe(
                        snapshot ->
                                snapshot.rules().stream()
                                        .filter(rule -> rule.threshold() == awaited)
                                        .forEach(rule -> behind.countDown()));
        return client;
    }

    private void awaitAll() throws InterruptedException {
        if (!behind.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(behind.getCount() + " clients did not come back");
        }
    }

    private void report(long outageMillis, long start, long back, long end) {
        long[] sinceStart = arrivals.stream().mapToLong(arrival -> arrival - start).toArray();
        Times times = Times.ofNanos(sinceStart);
        System.out.printf(
                "%,d clients, away for %,d ms and back after %,d ms: every client had the new rule"
                        + " after %,d ms, %,d attempts, at most %,d within %d ms%n",
                clientCount,
                outageMillis,
                TimeUnit.NANOSECONDS.toMillis(back - start),
                TimeUnit.NANOSECONDS.toMillis(end - start),
                arrivals.size(),
                times.peak(SLOT_MILLIS),
                SLOT_MILLIS);
        System.out.println("arrivals of attempts since it closed: " + times);
        System.out.println(times.histogram(SLOT_MILLIS));
    }
}

package io.opensergo.benchmarks;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What do 10,000 keys on one client over one stream cost, in time and in heap?
 *
 * <p>Time runs from the first {@code subscribe} of a connected client to the last of the first
 * snapshots; the JVM is otherwise cold. Heap is what a full collection leaves after that and after
 * an idle time, less what it left before, divided by the number of keys. The control plane is in
 * this process and the client in one of its own, so none of the control plane's heap is counted;
 * the caller's share is: a target, a Flux and a lambda subscriber for each key. This is measured
 * twice, each time in a new process: for keys without rules and for keys of one rate limit.
 *
 * <p>Target: at most 3 s, and at most 3 KB for each idle key.
 *
 * <pre>{@code java -cp jmh/target/benchmarks.jar io.opensergo.benchmarks.ManyKeys}</pre>
 */
public final class ManyKeys {

    private static final int KEYS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration IDLE = Duration.ofSeconds(3);
    private static final int HISTOGRAM_LINES = 40;

    private ManyKeys() {}

    /**
     * Measures, and prints what was found.
     *
     * @param args none; the client's process gets the endpoint, the prefix of its apps and the
     *     option {@code histogram}, which may also be given here and prints the classes that the
     *     heap is left with
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length >= 2) {
            measure(args[0], args[1], args.length > 2);
            return;
        }
        var source = new InMemoryRuleSource();
        source.put(
                SampleRules.many(
                        KEYS, key -> SampleRules.strategy("ruled-" + key, "limit-" + key, 100)));
        try (var controlPlane = ControlPlane.builder().port(0).source(source).start()) {
            for (String prefix : List.of("empty-", "ruled-")) {
                startClient("localhost:" + controlPlane.port(), prefix, args.length == 1);
            }
        }
    }

    private static void startClient(String endpoint, String prefix, boolean histogram)
            throws IOException, InterruptedException {
        var command =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyKeys.class.getName(),
                        endpoint,
                        prefix);
        if (histogram) {
            command.command().add("histogram");
        }
        int exit = command.inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("the client's process ended with " + exit);
        }
    }

    private static void measure(String endpoint, String prefix, boolean histogram)
            throws InterruptedException {
        try (var client = OpenSergoClients.connect(endpoint)) {
            long connected = subscribe(client, "warm-up-", 1);
            long before = Heap.used();
            long taken = subscribe(client, prefix, KEYS);
            TimeUnit.MILLISECONDS.sleep(IDLE.toMillis());
            long after = Heap.used();
            System.out.printf(
                    "%s* keys: %,d first snapshots in %,d ms (first of all %,d ms after connect);"
                            + " heap %,d KB before, %,d KB after: %,d bytes a key%n",
                    prefix,
                    KEYS,
                    taken,
                    connected,
                    before / 1024,
                    after / 1024,
                    (after - before) / KEYS);
            if (histogram) {
                System.out.println(histogram());
            }
        }
    }

    /** Subscribes to keys and returns after how many milliseconds all of them had a snapshot. */
    private static long subscribe(OpenSergoClient client, String prefix, int keys)
            throws InterruptedException {
        var missing = new CountDownLatch(keys);
        long start = System.nanoTime();
        for (int key = 0; key < keys; key++) {
            client.rules(Target.of(SampleRules.NAMESPACE, prefix + key), RateLimitStrategy.KIND)
                    .subscribe(snapshot -> missing.countDown(), error -> System.err.println(error));
        }
        if (!missing.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    missing.getCount() + " keys had no snapshot within " + PATIENCE);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private static String histogram() {
        try {
            Object text =
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                    "gcClassHistogram",
                                    new Object[] {null},
                                    new String[] {String[].class.getName()});
            return text.toString().lines().limit(HISTOGRAM_LINES).collect(Collectors.joining("\n"));
        } catch (JMException e) {
            return "no histogram: " + e;
        }
    }
}

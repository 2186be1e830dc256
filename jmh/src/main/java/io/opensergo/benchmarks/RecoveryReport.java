package io.opensergo.benchmarks;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.reliability.FaultProxy;
import io.opensergo.reliability.Ports;
import io.opensergo.reliability.ProxiedConnection;
import io.opensergo.reliability.ServerProcess;
import io.opensergo.rules.document.RuleWriter;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How long is a client without fresh rules when its control plane is killed, and when the
 * connection to it becomes half-open?
 *
 * <p>A kill is a {@code kill -9} of {@code opensergo serve} in a process of its own, which is
 * started again on the same port at once with another rule. Time runs to the moment when a
 * subscriber has the new rule: from the kill, and from the moment when the new process serves; the
 * difference is the start of that process, of which no client is to blame. Between two kills each
 * client is connected for long enough to count as stable, so that every outage begins with the
 * least backoff. A half-open connection goes through a proxy that swallows everything; time runs
 * from there to the moment when a subscriber has a rule that was changed in the meantime. All
 * settings of the clients are the defaults.
 *
 * <p>Target: within 30 s of a connection that falls silent; within two of the least backoffs of a
 * control plane that serves again, for the median.
 *
 * <p>Arguments: how many kills (100), how many clients take part in each (4), how many half-open
 * connections at once (10).
 *
 * <pre>{@code java -Dorg.slf4j.simpleLogger.log.io.opensergo=error -cp jmh/target/benchmarks.jar \
 *     io.opensergo.benchmarks.RecoveryReport}</pre>
 */
public final class RecoveryReport {

    private static final Target TARGET = Target.of(SampleRules.NAMESPACE, SampleRules.APP);
    private static final long STABLE_MILLIS = 6_000;
    private static final long PATIENCE_SECONDS = 120;

    /** A client, and when it has which rule. */
    private static final class Follower implements AutoCloseable {

        private final OpenSergoClient client;
        private long awaited;
        private long arrivedNanos;
        private CountDownLatch arrived = new CountDownLatch(0);

        Follower(String endpoint) {
            client = OpenSergoClients.connect(endpoint);
            await(1);
            client.rules(TARGET, RateLimitStrategy.KIND)
                    .subscribe(snapshot -> snapshot.rules().forEach(rule -> saw(rule.threshold())));
        }

        synchronized void await(long threshold) {
            awaited = threshold;
            arrived = new CountDownLatch(1);
        }

        private synchronized void saw(long threshold) {
            if (threshold == awaited) {
                arrivedNanos = System.nanoTime();
                arrived.countDown();
            }
        }

        /** Returns when the awaited rule came. */
        long arrivedNanos() throws InterruptedException {
            if (!arrived.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("not recovered: " + client.state());
            }
            synchronized (this) {
                return arrivedNanos;
            }
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private RecoveryReport() {}

    /**
     * Measures, and prints what was found.
     *
     * @param args how many kills, clients and half-open connections
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int kills = argument(args, 0, 100);
        int clients = argument(args, 1, 4);
        int halfOpen = argument(args, 2, 10);
        if (kills > 0) {
            killAndCount(kills, clients);
        }
        if (halfOpen > 0) {
            fallSilent(halfOpen);
        }
    }

    private static int argument(String[] args, int index, int otherwise) {
        return args.length > index ? Integer.parseInt(args[index]) : otherwise;
    }

    private static void killAndCount(int kills, int clients)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("recovery");
        int port = Ports.free();
        List<Long> sinceKill = new ArrayList<>();
        List<Long> sinceServing = new ArrayList<>();
        write(directory, 1);
        ServerProcess server = ServerProcess.start(directory, port);
        List<Follower> followers = follow(clients, "127.0.0.1:" + port);
        for (int kill = 1; kill <= kills; kill++) {
            TimeUnit.MILLISECONDS.sleep(STABLE_MILLIS);
            long threshold = kill + 1L;
            followers.forEach(follower -> follower.await(threshold));
            long killed = System.nanoTime();
            server.kill();
            write(directory, threshold);
            server = ServerProcess.start(directory, port);
            long serving = System.nanoTime();
            for (Follower follower : followers) {
                long arrived = follower.arrivedNanos();
                sinceKill.add(arrived - killed);
                sinceServing.add(Math.max(0, arrived - serving));
            }
        }
        followers.forEach(Follower::close);
        server.close();
        Files.delete(directory.resolve("limit.yaml"));
        Files.delete(directory);
        System.out.printf("%d kills, %d clients%n", kills, clients);
        System.out.println("from the kill to the new rule:        " + Times.ofNanos(sinceKill));
        System.out.println("from serving again to the new rule:   " + Times.ofNanos(sinceServing));
    }

    private static List<Follower> follow(int clients, String endpoint) throws InterruptedException {
        List<Follower> followers = SampleRules.many(clients, number -> new Follower(endpoint));
        for (Follower follower : followers) {
            follower.arrivedNanos();
        }
        return followers;
    }

    private static RateLimitStrategy rule(long threshold) {
        return SampleRules.strategy(SampleRules.APP, "limit", threshold);
    }

    private static void write(Path directory, long threshold) throws IOException {
        Files.writeString(directory.resolve("limit.yaml"), RuleWriter.toYaml(rule(threshold)));
    }

    private static void fallSilent(int clients) throws InterruptedException {
        var source = new InMemoryRuleSource();
        source.put(rule(1));
        List<Long> sinceSilence = new ArrayList<>();
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(source).start();
                FaultProxy proxy = FaultProxy.to(controlPlane.port())) {
            List<Follower> followers = follow(clients, proxy.endpoint());
            followers.forEach(follower -> follower.await(2));
            proxy.connections().forEach(ProxiedConnection::goSilent);
            long silent = System.nanoTime();
            source.put(rule(2));
            for (Follower follower : followers) {
                sinceSilence.add(follower.arrivedNanos() - silent);
            }
            followers.forEach(Follower::close);
        }
        System.out.println("from half-open to the new rule:       " + Times.ofNanos(sinceSilence));
    }
}

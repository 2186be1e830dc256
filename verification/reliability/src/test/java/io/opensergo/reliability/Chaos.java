package io.opensergo.reliability;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.SubscriberStatus;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Many clients of one control plane through one proxy, and what goes wrong all the while: one
 * thread changes rules, one breaks single connections, one breaks all of them and restarts the
 * control plane, and each new connection may bear a fault from its start.
 *
 * <p>What is done follows from the seed: each thread draws from its own random numbers, and each
 * connection from those of its number. When it is done, and to whom, depends on the machine too.
 */
final class Chaos implements AutoCloseable {

    private static final Duration CHANGE_INTERVAL = Duration.ofMillis(20);

    /** Of each connection about one fault in this time. */
    private static final Duration FAULT_INTERVAL = Duration.ofSeconds(4);

    /** What hits all connections at once comes seldom enough for some of them to recover. */
    private static final Duration OUTAGE_INTERVAL_PER_CLIENT = Duration.ofMillis(10);

    private static final Duration LEAST_OUTAGE_INTERVAL = Duration.ofMillis(400);

    /** One subscriber, which may leave and come back. */
    private static final class Member {

        private final OpenSergoClient client;
        private final Generations.Key key;
        private final SnapshotWatch watch;
        private Disposable subscription;

        Member(OpenSergoClient client, Generations.Key key, SnapshotWatch watch) {
            this.client = client;
            this.key = key;
            this.watch = watch;
            this.subscription = subscribe();
        }

        private Disposable subscribe() {
            return client.rules(key.target(), RateLimitStrategy.KIND)
                    .subscribe(watch::accept, watch::ended);
        }
    }

    /** What there is to break and how much. */
    record Extent(long seed, int clients, int keysPerClient, boolean silence) {}

    private final Extent extent;
    private final Generations generations;
    private final FaultLog log = new FaultLog();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final Scheduler scheduler = Schedulers.newParallel("chaos-subscribers", 2);
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
    private final Queue<Future<?>> running = new ConcurrentLinkedQueue<>();
    private final int serverPort = Ports.free();
    private final FaultProxy proxy;
    private final List<OpenSergoClient> clients = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Random changes;
    private final Random faults;
    private final Random outages;
    private volatile boolean calm = true;
    private volatile ControlPlane controlPlane;

    Chaos(Extent extent) {
        this.extent = extent;
        this.changes = new Random(extent.seed());
        this.faults = new Random(extent.seed() + 1);
        this.outages = new Random(extent.seed() + 2);
        this.generations = new Generations(2 * extent.keysPerClient());
        this.generations.fill();
        this.proxy = FaultProxy.to(serverPort, this::welcome);
        this.controlPlane = startControlPlane();
        for (int i = 0; i < extent.clients(); i++) {
            addClient(i);
        }
    }

    private ControlPlane startControlPlane() {
        return ControlPlane.builder().port(serverPort).source(generations.source()).start();
    }

    private void addClient(int number) {
        OpenSergoClient client =
                OpenSergoClients.builder()
                        .endpoints(proxy.endpoint())
                        .backoff(Duration.ofMillis(50), Duration.ofSeconds(1))
                        .keepAlive(Duration.ofSeconds(11), Duration.ofSeconds(4))
                        .scheduler(scheduler)
                        .build();
        clients.add(client);
        for (int i = 0; i < extent.keysPerClient(); i++) {
            Generations.Key key = generations.keys().get((number + i) % generations.keys().size());
            var watch = new SnapshotWatch("client " + number, key, violations::add);
            members.add(new Member(client, key, watch));
        }
    }

    /** Begins to change rules and to break things. */
    void begin() {
        calm = false;
        every(CHANGE_INTERVAL, () -> log.add(generations.change(changes)));
        every(FAULT_INTERVAL.dividedBy(clients.size()), () -> log.add(breakOne()));
        Duration interval = OUTAGE_INTERVAL_PER_CLIENT.multipliedBy(clients.size());
        every(
                interval.compareTo(LEAST_OUTAGE_INTERVAL) < 0 ? LEAST_OUTAGE_INTERVAL : interval,
                () -> log.add(breakAll()));
    }

    private void every(Duration interval, Runnable task) {
        long millis = interval.toMillis();
        running.add(
                threads.scheduleWithFixedDelay(guarded(task), 0, millis, TimeUnit.MILLISECONDS));
    }

    /** A task that fails is a failure of the test, not the silent end of the task. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                violations.add("the chaos itself failed: " + e);
                throw e;
            }
        };
    }

    /** A fault of the connection from its start, drawn from its number. */
    private void welcome(ProxiedConnection connection) {
        if (!calm) {
            var random = new Random(extent.seed() ^ (connection.number() * 0x9E3779B97F4A7C15L));
            if (random.nextInt(3) == 0) {
                log.add("newborn: " + faultOfOne(connection, random));
            }
        }
    }

    private String breakOne() {
        if (faults.nextInt(20) == 0) {
            return churn(members.get(faults.nextInt(members.size())));
        }
        List<ProxiedConnection> connections = proxy.connections();
        int index = faults.nextInt(Integer.MAX_VALUE);
        return connections.isEmpty()
                ? "nobody is connected"
                : faultOfOne(connections.get(index % connections.size()), faults);
    }

    private String breakAll() {
        switch (outages.nextInt(3)) {
            case 0 -> {
                proxy.refuse();
                running.add(
                        threads.schedule(
                                guarded(proxy::resume),
                                outages.nextInt(400),
                                TimeUnit.MILLISECONDS));
                return "refuse connections for a while";
            }
            case 1 -> {
                proxy.connections().forEach(ProxiedConnection::reset);
                return "reset-all connections";
            }
            default -> {
                controlPlane.close();
                controlPlane = startControlPlane();
                return "restart control plane";
            }
        }
    }

    private String faultOfOne(ProxiedConnection connection, Random random) {
        Direction direction = random.nextBoolean() ? Direction.UPSTREAM : Direction.DOWNSTREAM;
        String where = " " + connection + " " + direction;
        int amount = random.nextInt(1, 3000);
        switch (random.nextInt(extent.silence() ? 8 : 7)) {
            case 0 -> {
                connection.latency(direction, Duration.ofMillis(amount / 10));
                return "latency" + where;
            }
            case 1 -> {
                connection.drip(direction, 1 + amount / 30, Duration.ofMillis(2));
                return "drip" + where;
            }
            case 2 -> {
                connection.truncateAfter(direction, amount);
                return "truncate" + where;
            }
            case 3 -> {
                connection.cut();
                return "cut" + where;
            }
            case 4 -> {
                connection.reset();
                return "reset" + where;
            }
            case 5, 6 -> {
                connection.restore();
                return "restore" + where;
            }
            default -> {
                connection.goSilent();
                return "silence" + where;
            }
        }
    }

    private static String churn(Member member) {
        member.subscription.dispose();
        member.watch.resubscribed();
        member.subscription = member.subscribe();
        return "resubscribe " + member.watch;
    }

    /** Ends what was begun and takes back what can be taken back. */
    void calmDown() throws InterruptedException {
        calm = true;
        running.forEach(each -> each.cancel(false));
        threads.shutdown();
        if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the chaos does not end");
        }
        proxy.resume();
        proxy.connections().forEach(ProxiedConnection::restore);
        log.add("calm");
    }

    /** Changes some rules while nothing breaks. */
    void changeInPeace() {
        generations.keys().forEach(key -> log.add("in-peace: " + generations.change(changes)));
    }

    /** Returns what does not hold though it must at all times. */
    List<String> violations() {
        return List.copyOf(violations);
    }

    /** Returns the subscribers that do not hold the rules of the source. */
    List<SnapshotWatch> behind() {
        return members.stream().map(each -> each.watch).filter(each -> !each.isUpToDate()).toList();
    }

    /**
     * Returns whether the control plane has one stream of each client and an answer to every push.
     * Half-open connections that a client has given up are ended first, as a server's keepalive
     * would.
     */
    boolean isSettledAtTheControlPlane() {
        proxy.connections().stream().filter(each -> !each.isOpen()).forEach(ProxiedConnection::cut);
        List<SubscriberStatus> streams = controlPlane.status().subscribers();
        return streams.size() == clients.size() && streams.stream().allMatch(this::isSettled);
    }

    private boolean isSettled(SubscriberStatus stream) {
        return stream.subscriptions().size() == extent.keysPerClient()
                && stream.subscriptions().stream()
                        .allMatch(
                                each ->
                                        each.sentVersion() > 0
                                                && each.ackedVersion() == each.sentVersion());
    }

    FaultLog log() {
        return log;
    }

    /** Returns all there is to know to find out what went wrong. */
    String report() {
        return "%s%nviolations %s%nbehind %s%nstreams %s%nlast events:%n%s"
                .formatted(
                        extent,
                        violations.stream().limit(5).toList(),
                        behind().stream()
                                .limit(5)
                                .map(each -> each + ", the source " + each.expected())
                                .toList(),
                        controlPlane.status().subscribers().stream()
                                .filter(each -> !isSettled(each))
                                .limit(3)
                                .toList(),
                        String.join(System.lineSeparator(), log.tail()));
    }

    @Override
    public void close() {
        threads.shutdownNow();
        clients.parallelStream().forEach(OpenSergoClient::close);
        controlPlane.close();
        proxy.close();
        scheduler.dispose();
    }
}

package io.opensergo.controlplane;

import io.opensergo.proto.internal.decision_report.v1.DecisionReport;
import io.opensergo.proto.internal.decision_report.v1.Reporter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What governors that are connected decide, while somebody looks.
 *
 * <p>Everything of reports is done on one thread of its own, so that however many come, they take
 * no more than that from those who wait for rules: their calls are served there, too. A look from
 * elsewhere takes the lock for as long as a view takes to be made. No lock of streams or rules is
 * ever taken under it.
 */
final class Decisions {

    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

    /** How long a look keeps reports coming. */
    static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long SHORTEST_INTERVAL_MILLIS = 2000;
    private static final long LONGEST_INTERVAL_MILLIS = 60_000;

    /** So many resources of instances are reported in a second at most. */
    private static final int ENTRIES_PER_SECOND = 100_000;

    private static final int TICKS_BETWEEN_FORGETTING = 30;

    private final Executor thread;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final long begun;
    private final int mostStreams;
    private final int mostStreamsOfClient;
    private final DecisionBudget budget;
    private final AtomicBoolean ticking = new AtomicBoolean();
    private final Map<ApplicationDecisions.Key, ApplicationDecisions> applications =
            new HashMap<>(); // guarded by this
    private final Map<String, Integer> streamsOfClients = new HashMap<>(); // guarded by this
    private int streams; // guarded by this
    private int ticks; // guarded by this
    private long allLookedAt; // guarded by this
    private volatile boolean hasWork;

    /**
     * @param thread runs what is to be done, one after the other
     * @param mostStreams how many governors may report at a time
     * @param mostStreamsOfClient how many of one client
     * @param mostBytes how much memory what they say may take
     * @param nanoTime elapsed time
     */
    Decisions(
            Executor thread,
            int mostStreams,
            int mostStreamsOfClient,
            long mostBytes,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.thread = thread;
        this.mostStreams = mostStreams;
        this.mostStreamsOfClient = mostStreamsOfClient;
        this.budget = new DecisionBudget(mostBytes);
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
        this.allLookedAt = -LOOK_NANOS;
    }

    /** Returns the time in nanoseconds since the beginning. */
    long now() {
        return nanoTime.getAsLong() - begun;
    }

    InstantSource clock() {
        return clock;
    }

    /** Does something on the thread of reports; not at all if the control plane is closed. */
    void run(Runnable task) {
        try {
            thread.execute(Lasting.task("A report of decisions", task));
        } catch (RejectedExecutionException e) {
            LOG.debug("The control plane is closed, and so is every stream of reports", e);
        }
    }

    /** Lets a stream in, or says why not. */
    synchronized @Nullable String admit(DecisionStream stream) {
        String client = stream.caller().countedAs();
        if (streams >= mostStreams) {
            return "the control plane takes reports of " + mostStreams + " instances, its limit";
        }
        if (streamsOfClients.getOrDefault(client, 0) >= mostStreamsOfClient) {
            return "the control plane takes reports of "
                    + mostStreamsOfClient
                    + " instances of this client, its limit for one";
        }
        streams++;
        streamsOfClients.merge(client, 1, Integer::sum);
        hasWork = true;
        return null;
    }

    /** Takes a stream that has said who reports, in place of one of the same instance. */
    synchronized void joined(DecisionStream stream, Reporter reporter) {
        long now = now();
        ApplicationDecisions application =
                applications.computeIfAbsent(
                        new ApplicationDecisions.Key(reporter.getNamespace(), reporter.getApp()),
                        key -> new ApplicationDecisions(key, budget, now));
        for (DecisionStream each : List.copyOf(application.streams())) {
            if (each.isReplacedBy(stream)) {
                each.replaced();
                application.streams().remove(each);
            }
        }
        application.streams().add(stream);
        stream.joined(application, budget);
        direct(application, stream, now, intervalMillis());
    }

    synchronized @Nullable String take(DecisionStream stream, DecisionReport report) {
        return stream.count(report, now());
    }

    /** Forgets a stream that has ended. */
    synchronized void left(DecisionStream stream) {
        streams--;
        streamsOfClients.computeIfPresent(
                stream.caller().countedAs(), (client, count) -> count == 1 ? null : count - 1);
        ApplicationDecisions application = stream.leave();
        if (application != null) {
            application.streams().remove(stream);
        }
    }

    /** Tells streams what is wanted of them if that has changed; to be called each second. */
    void tick() {
        if (hasWork && ticking.compareAndSet(false, true)) {
            run(
                    () -> {
                        ticking.set(false);
                        directAll();
                    });
        }
    }

    private synchronized void directAll() {
        long now = now();
        ticks++;
        int interval = intervalMillis();
        boolean forgets = ticks % TICKS_BETWEEN_FORGETTING == 0;
        for (ApplicationDecisions application : applications.values()) {
            for (DecisionStream stream : application.streams()) {
                direct(application, stream, now, interval);
            }
            if (forgets) {
                application.forgetUnused(now);
            }
        }
        applications.values().removeIf(ApplicationDecisions::isEmpty);
        hasWork = streams > 0 || !applications.isEmpty();
    }

    private void direct(
            ApplicationDecisions application, DecisionStream stream, long now, int interval) {
        boolean isWanted = application.isWanted(now, allLookedAt);
        stream.direct(isWanted ? interval : 0, application.streams().size());
    }

    private int intervalMillis() {
        long entries = 0;
        for (ApplicationDecisions each : applications.values()) {
            entries += each.entries();
        }
        long affordable = entries * 1000 / ENTRIES_PER_SECOND;
        // In steps, so that an instance more is no news to all others.
        long millis = Long.highestOneBit(Math.max(1, affordable / SHORTEST_INTERVAL_MILLIS));
        return (int)
                Math.min(
                        LONGEST_INTERVAL_MILLIS,
                        affordable <= SHORTEST_INTERVAL_MILLIS
                                ? SHORTEST_INTERVAL_MILLIS
                                : 2 * millis * SHORTEST_INTERVAL_MILLIS);
    }

    /** Looks at an application, and so has its instances report for a while. */
    ReportedDecisions look(String namespace, String app) {
        ReportedDecisions view;
        synchronized (this) {
            long now = now();
            ApplicationDecisions application =
                    applications.get(new ApplicationDecisions.Key(namespace, app));
            if (application == null) {
                return new ReportedDecisions(namespace, app, List.of(), List.of(), 0);
            }
            application.lookedAt(now);
            view = application.view(now);
        }
        tick();
        return view;
    }

    /** Looks at every application, and so has all instances report for a while. */
    List<ReportedDecisions> lookAtAll() {
        List<ReportedDecisions> views = new ArrayList<>();
        synchronized (this) {
            long now = now();
            allLookedAt = now;
            applications.values().forEach(each -> views.add(each.view(now)));
        }
        tick();
        views.sort(
                Comparator.comparing(ReportedDecisions::namespace)
                        .thenComparing(ReportedDecisions::app));
        return views;
    }

    /** Looks at the last five minutes of an application, or of one of its resources. */
    DecisionHistory history(
            String namespace, String app, @Nullable String resource, boolean outbound) {
        List<DecisionHistory.Point> points;
        long untilNanos;
        synchronized (this) {
            long now = now();
            ApplicationDecisions application =
                    applications.computeIfAbsent(
                            new ApplicationDecisions.Key(namespace, app),
                            key -> new ApplicationDecisions(key, budget, now));
            application.lookedAt(now);
            points = application.points(resource, outbound, now);
            untilNanos = (Span.slotOf(now) + 1) * Span.SLOT_NANOS - now;
            if (application.isEmpty()) {
                applications.remove(application.key());
            }
        }
        tick();
        return new DecisionHistory(
                clock.instant().plusNanos(untilNanos),
                Duration.ofSeconds(Span.SLOT_SECONDS),
                points);
    }

    private synchronized List<DecisionStream> streams() {
        return applications.values().stream().flatMap(each -> each.streams().stream()).toList();
    }

    /** Ends every stream, so that its client reports elsewhere. */
    void drain() {
        run(() -> streams().forEach(DecisionStream::drain));
    }

    /** Has every stream judged by grants that have changed. */
    void judgeAgain() {
        run(() -> streams().forEach(DecisionStream::judgeAgain));
    }

    /** Returns how much memory what was said takes, more or less. */
    synchronized long bytes() {
        return budget.taken();
    }
}

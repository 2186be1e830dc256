package io.opensergo.client;

import io.opensergo.api.ClientClosedException;
import io.opensergo.api.ConfigurationException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.DecisionReport;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Readiness;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.api.time.Ticker;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.contract.ApplicationMetadata;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The client: hands what users ask for to the event loop, where {@link Subscriptions} does the
 * work.
 */
final class ReactiveClient implements OpenSergoClient {

    /** {@link #close()} promises to return within a second. */
    private static final Duration CLOSE_PATIENCE = Duration.ofMillis(900);

    private static final Duration REPORT_RETRY_INTERVAL = Duration.ofSeconds(10);
    private static final Duration REPORT_REPEAT_INTERVAL = Duration.ofMinutes(10);

    private final EventLoop loop = new EventLoop();
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final @Nullable Target target;
    private final SnapshotCache cache;
    private final Subscriptions subscriptions;
    private final MetadataReports reports =
            new MetadataReports(loop, REPORT_RETRY_INTERVAL, REPORT_REPEAT_INTERVAL);
    private final DecisionReports decisions;
    private final Connection connection;
    private final Listeners listeners;

    /** Confined to the event loop. */
    private final List<LatestSubscription<ConnectionState>> stateFollowers = new ArrayList<>(1);

    /** When the connection was lost, while it is; confined to the event loop. */
    private @Nullable Instant lostAt;

    /**
     * Written on the event loop, read by any thread; a state is immutable, so it is published
     * whole.
     */
    private volatile ConnectionState state;

    ReactiveClient(
            Ticker ticker,
            ConnectionSettings connectionSettings,
            ChannelFactory transport,
            Backoff backoff,
            SubscriptionSettings settings,
            Scheduler scheduler,
            @Nullable Target target,
            boolean reportsDecisions,
            @Nullable CacheSettings cache,
            Listeners listeners) {
        Clock clock = Clock.systemUTC();
        var staleness = new Staleness();
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.target = target;
        this.listeners = listeners;
        this.state = Connection.initialState(connectionSettings, clock);
        this.cache =
                cache == null ? SnapshotCache.NONE : new DiskCache(cache, loop, listeners, clock);
        this.subscriptions =
                new Subscriptions(loop, ticker, clock, settings, staleness, this.cache, listeners);
        this.decisions = new DecisionReports(loop, scheduler, DecisionReports.Pauses.DEFAULTS);
        this.connection =
                new Connection(
                        loop,
                        ticker,
                        clock,
                        connectionSettings,
                        transport,
                        backoff,
                        subscriptions,
                        staleness,
                        new Reports(transport, reports, reportsDecisions ? decisions : null),
                        this::onState);
        staleness.onChange(connection::updatePhase);
    }

    void start() {
        loop.execute(
                () -> {
                    connection.open();
                    subscriptions.start();
                });
    }

    @Override
    public <R extends Rule> Flux<RuleSnapshot<R>> rules(Target target, RuleKind<R> kind) {
        return LatestFlux.of(
                loop,
                scheduler,
                follower -> subscriptions.join(target, kind, follower),
                follower -> subscriptions.leave(target, kind, follower));
    }

    @Override
    public Target target() {
        if (target == null) {
            throw new ConfigurationException(
                    "app",
                    "is required for rules(kind); set it, or name a target by rules(target, kind)");
        }
        return target;
    }

    @Override
    public Mono<Readiness> ready() {
        return Mono.<Readiness>create(
                        sink -> {
                            var waiter = new ReadyWaiter(sink);
                            sink.onDispose(
                                    () -> loop.execute(() -> subscriptions.stopWaiting(waiter)));
                            if (!loop.execute(() -> subscriptions.await(waiter))) {
                                sink.error(new ClientClosedException());
                            }
                        })
                .publishOn(scheduler);
    }

    @Override
    public Mono<Void> report(ApplicationMetadata metadata) {
        return Mono.<Void>create(
                        sink -> {
                            sink.onDispose(
                                    () -> loop.execute(() -> reports.stopWaiting(metadata, sink)));
                            if (!loop.execute(() -> reports.put(metadata, sink))) {
                                sink.error(new ClientClosedException());
                            }
                        })
                .publishOn(scheduler);
    }

    @Override
    public Flux<Integer> reportDecisions(Target target, Supplier<DecisionReport> source) {
        return LatestFlux.of(
                loop,
                scheduler,
                follower -> decisions.join(target, source, follower),
                decisions::leave);
    }

    @Override
    public ConnectionState state() {
        return state;
    }

    @Override
    public Flux<ConnectionState> states() {
        return LatestFlux.of(loop, scheduler, this::followStates, stateFollowers::remove)
                .onErrorResume(ClientClosedException.class, e -> Mono.just(state));
    }

    private void followStates(LatestSubscription<ConnectionState> follower) {
        follower.offer(state);
        if (state.phase() == ConnectionState.Phase.CLOSED) {
            follower.complete();
        } else {
            stateFollowers.add(follower);
        }
    }

    private void onState(ConnectionState newState) {
        ConnectionState before = state;
        state = newState;
        listeners.onState(before, newState);
        tellOutage(before, newState);
        stateFollowers.forEach(follower -> follower.offer(newState));
        if (newState.phase() == ConnectionState.Phase.CLOSED) {
            stateFollowers.forEach(LatestSubscription::complete);
            stateFollowers.clear();
        }
    }

    private void tellOutage(ConnectionState before, ConnectionState now) {
        boolean connected = now.phase().isConnected();
        if (before.phase().isConnected() && !connected) {
            lostAt = now.since();
        } else if (connected && lostAt != null) {
            listeners.onReconnect(now.endpoint(), Duration.between(lostAt, now.since()));
            lostAt = null;
        }
    }

    @Override
    public void close() {
        loop.execute(
                () -> {
                    try {
                        subscriptions.close();
                        reports.close();
                        decisions.close();
                        connection.close();
                    } finally {
                        loop.stop();
                    }
                });
        long deadline = ticker.nanos() + CLOSE_PATIENCE.toNanos();
        loop.awaitEnd(CLOSE_PATIENCE);
        cache.close(Duration.ofNanos(Math.max(0, deadline - ticker.nanos())));
    }
}

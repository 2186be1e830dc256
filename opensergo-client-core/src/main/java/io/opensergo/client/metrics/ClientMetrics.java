package io.opensergo.client.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.client.CacheEvent;
import io.opensergo.client.ClientListener;
import io.opensergo.client.LimitEvent;
import io.opensergo.client.PushEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The metrics of one client: a listener that is given to its builder and bound to registries,
 * whenever these are there: counters begin with what happened before, timers when they are bound.
 *
 * <pre>{@code
 * var metrics = new ClientMetrics();
 * metrics.bindTo(registry);
 * OpenSergoClient client = OpenSergoClients.builder().listener(metrics).bootstrap().build();
 * }</pre>
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>tags</th><th>what it says</th></tr>
 * <tr><td>{@code opensergo.client.state}</td><td>phase</td><td>1 for the phase of the connection, 0 for each
 *     other</td></tr>
 * <tr><td>{@code opensergo.client.reconnects}</td><td></td><td>connections made again after one was lost</td></tr>
 * <tr><td>{@code opensergo.client.outage}</td><td></td><td>how long there was none before that</td></tr>
 * <tr><td>{@code opensergo.client.keys}</td><td>kind</td><td>keys that are followed</td></tr>
 * <tr><td>{@code opensergo.client.pushes}</td><td>kind, result</td><td>pushes, by what became of them</td></tr>
 * <tr><td>{@code opensergo.client.decode}</td><td>kind</td><td>the time to decode a push</td></tr>
 * <tr><td>{@code opensergo.client.propagation}</td><td>kind</td><td>the time from a change at the control plane to
 *     the client, where the control plane says when that was</td></tr>
 * <tr><td>{@code opensergo.client.rules.age}</td><td>kind</td><td>seconds since the control plane last sent the
 *     rules in force, of the key for which that was longest ago; NaN if it has sent none</td></tr>
 * <tr><td>{@code opensergo.client.refusals}</td><td>kind</td><td>keys that the control plane refused</td></tr>
 * <tr><td>{@code opensergo.client.settled}</td><td>kind, replaced</td><td>smaller sets that waited, and whether they
 *     came into force</td></tr>
 * <tr><td>{@code opensergo.client.limits}</td><td>limit</td><td>what exceeded a limit of the client</td></tr>
 * <tr><td>{@code opensergo.client.cache}</td><td>kind, result</td><td>what happened to snapshots in the cache on
 *     disk</td></tr>
 * </table>
 *
 * <p>Meters of a kind appear when it is first followed. All stay until {@link #close()}. Safe for
 * use by many threads.
 */
public final class ClientMetrics implements ClientListener, MeterBinder, AutoCloseable {

    private final Tags tags;
    private final LongSupplier nanoTime;

    /** Everything that was counted, for registries that are bound later. */
    private final MeterRegistry history = new SimpleMeterRegistry();

    private final RegistryMeters earlier;
    private final List<RegistryMeters> registries = new CopyOnWriteArrayList<>();
    private final Map<String, FollowedKind> kinds = new ConcurrentHashMap<>();

    /** Written on the event loop of the client, read by those who read the gauges. */
    private volatile Phase phase = Phase.CONNECTING;

    /** Makes the metrics of the only client of a process. */
    public ClientMetrics() {
        this(Tags.empty());
    }

    /**
     * Makes the metrics of one of several clients.
     *
     * @param tags what tells its meters from those of the others
     */
    public ClientMetrics(Tags tags) {
        this(tags, System::nanoTime);
    }

    ClientMetrics(Tags tags, LongSupplier nanoTime) {
        this.tags = tags;
        this.nanoTime = nanoTime;
        this.earlier = new RegistryMeters(history, tags, () -> phase);
    }

    /** Registers the meters, and counts on from what has happened. */
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        var meters = new RegistryMeters(registry, tags, () -> phase);
        registries.add(meters);
        kinds.values().forEach(meters::follow);
        meters.takeOver(history);
    }

    /** Removes the meters from every registry. */
    @Override
    public synchronized void close() {
        registries.forEach(RegistryMeters::close);
        registries.clear();
    }

    /** What is counted while a registry is bound is counted there once. */
    private synchronized void tell(Consumer<RegistryMeters> event) {
        event.accept(earlier);
        registries.forEach(event);
    }

    /** A kind that is new is told to the registries of now; later ones look for it themselves. */
    private FollowedKind kind(RuleKey key) {
        String name = key.kind().name();
        FollowedKind known = kinds.get(name);
        if (known != null) {
            return known;
        }
        var added = new FollowedKind(name, nanoTime);
        FollowedKind raced = kinds.putIfAbsent(name, added);
        if (raced != null) {
            return raced;
        }
        registries.forEach(meters -> meters.follow(added));
        return added;
    }

    @Override
    public void onState(ConnectionState before, ConnectionState now) {
        phase = now.phase();
    }

    @Override
    public void onReconnect(String endpoint, Duration outage) {
        tell(meters -> meters.reconnected(outage));
    }

    @Override
    public void onFollow(RuleKey key) {
        kind(key).follow(key);
    }

    @Override
    public void onForget(RuleKey key) {
        kind(key).forget(key);
    }

    @Override
    public void onPush(PushEvent push) {
        switch (push.result()) {
            case ACCEPTED, UNCHANGED, PARTLY_REJECTED -> kind(push.key()).confirm(push.key());
            case REJECTED, OUTDATED, OVER_LIMIT -> {}
        }
        tell(meters -> meters.pushed(push));
    }

    @Override
    public void onRefusal(SubscriptionRefusedException refusal) {
        tell(meters -> meters.refused(refusal.key()));
    }

    @Override
    public void onSettled(RuleKey key, Duration waited, boolean replaced) {
        tell(meters -> meters.settled(key, replaced));
    }

    @Override
    public void onLimit(LimitEvent limit) {
        tell(meters -> meters.exceeded(limit.limit()));
    }

    @Override
    public void onCache(CacheEvent cache) {
        Duration age = cache.age();
        if (cache.result() == CacheEvent.Result.LOADED && age != null) {
            kind(cache.key()).restore(cache.key(), age);
        }
        tell(meters -> meters.cached(cache));
    }
}

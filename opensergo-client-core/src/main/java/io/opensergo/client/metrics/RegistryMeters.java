package io.opensergo.client.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.RuleKey;
import io.opensergo.client.CacheEvent;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.client.PushEvent;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The meters of a client in one registry. Safe for use by many threads, as the registry is.
 *
 * <p>A registry hands out the meter that it has already, so meters are looked up by name.
 */
final class RegistryMeters {

    private static final String PREFIX = "opensergo.client.";

    private final MeterRegistry registry;
    private final Tags tags;
    private final Set<Meter> registered = ConcurrentHashMap.newKeySet();

    RegistryMeters(MeterRegistry registry, Tags tags, Supplier<Phase> phase) {
        this.registry = registry;
        this.tags = tags;
        for (Phase each : Phase.values()) {
            registered.add(
                    Gauge.builder(PREFIX + "state", phase, now -> now.get() == each ? 1 : 0)
                            .description("1 for the phase of the connection, 0 for each other")
                            .tags(tags.and("phase", lower(each)))
                            .strongReference(true)
                            .register(registry));
        }
        reconnects();
        outage();
        for (Limit each : Limit.values()) {
            limits(each);
        }
    }

    /** Registers the meters of a kind, so that they are there before anything is counted. */
    void follow(FollowedKind kind) {
        Tags ofKind = ofKind(kind.name());
        registered.add(
                Gauge.builder(PREFIX + "keys", kind, FollowedKind::size)
                        .description("Keys that are followed")
                        .tags(ofKind)
                        .strongReference(true)
                        .register(registry));
        registered.add(
                Gauge.builder(PREFIX + "rules.age", kind, FollowedKind::ageSeconds)
                        .description("The time since the control plane last sent the rules")
                        .baseUnit("seconds")
                        .tags(ofKind)
                        .strongReference(true)
                        .register(registry));
        for (PushEvent.Result each : PushEvent.Result.values()) {
            pushes(ofKind, each);
        }
    }

    void reconnected(Duration outage) {
        reconnects().increment();
        outage().record(outage);
    }

    void pushed(PushEvent push) {
        Tags ofKind = ofKind(push.key());
        pushes(ofKind, push.result()).increment();
        if (push.decodeNanos() > 0) {
            timer("decode", "The time to decode a push", ofKind)
                    .record(push.decodeNanos(), TimeUnit.NANOSECONDS);
        }
        Duration propagation = push.propagation();
        if (propagation != null) {
            timer("propagation", "The time from a change at the control plane to here", ofKind)
                    .record(propagation);
        }
    }

    void refused(RuleKey key) {
        counter("refusals", "Keys that the control plane refused", ofKind(key)).increment();
    }

    void settled(RuleKey key, boolean replaced) {
        counter(
                        "settled",
                        "Smaller sets that waited",
                        ofKind(key).and("replaced", Boolean.toString(replaced)))
                .increment();
    }

    void exceeded(Limit limit) {
        limits(limit).increment();
    }

    void cached(CacheEvent cache) {
        counter(
                        "cache",
                        "What happened to snapshots in the cache on disk",
                        ofKind(cache.key()).and("result", lower(cache.result())))
                .increment();
    }

    /** Counts on from what has been counted in another registry. */
    void takeOver(MeterRegistry earlier) {
        for (Meter each : earlier.getMeters()) {
            Meter.Id id = each.getId();
            if (each instanceof Counter counted && counted.count() > 0) {
                counter(
                                id.getName().substring(PREFIX.length()),
                                String.valueOf(id.getDescription()),
                                Tags.of(id.getTags()))
                        .increment(counted.count());
            }
        }
    }

    /** Removes the meters. */
    void close() {
        registered.forEach(registry::remove);
        registered.clear();
    }

    private Counter reconnects() {
        return counter("reconnects", "Connections made again after one was lost", tags);
    }

    private Timer outage() {
        return timer("outage", "How long there was no connection", tags);
    }

    private Counter pushes(Tags ofKind, PushEvent.Result result) {
        return counter(
                "pushes", "Pushes, by what became of them", ofKind.and("result", lower(result)));
    }

    private Counter limits(Limit limit) {
        return counter(
                "limits", "What exceeded a limit of the client", tags.and("limit", lower(limit)));
    }

    private Counter counter(String name, String description, Tags all) {
        Counter counter =
                Counter.builder(PREFIX + name)
                        .description(description)
                        .tags(all)
                        .register(registry);
        registered.add(counter);
        return counter;
    }

    private Timer timer(String name, String description, Tags all) {
        Timer timer =
                Timer.builder(PREFIX + name).description(description).tags(all).register(registry);
        registered.add(timer);
        return timer;
    }

    private Tags ofKind(RuleKey key) {
        return ofKind(key.kind().name());
    }

    private Tags ofKind(String kind) {
        return tags.and("kind", kind);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}

package io.opensergo.client;

import io.opensergo.api.Origin;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.CacheEvent.Result;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last good rules in a directory. One thread of its own reads and writes; the event loop only
 * hands over.
 *
 * <p>Of the snapshots of a key that wait to be written only the latest is, so that a slow disk
 * holds back nobody. What cannot be written is tried again until it can. Nothing here is fatal: a
 * cache that does not work is a cache that is empty.
 */
final class DiskCache implements SnapshotCache {

    private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);

    /**
     * How far a file's time may be ahead of the clock, which may have been set back a little.
     * Beyond that the age of its rules is not known.
     */
    private static final Duration MAX_CLOCK_SKEW = Duration.ofMinutes(1);

    private final CacheSettings settings;
    private final CacheDirectory directory;
    private final EventLoop loop;
    private final ClientListener listener;
    private final InstantSource clock;
    private final EventLoop thread;

    /** What was last given to be written; confined to the event loop. */
    private final Map<RuleKey, Stored> stored = new HashMap<>();

    /** What waits to be written: the event loop puts, the cache's thread takes. */
    private final Map<RuleKey, RuleSnapshot<?>> pending = new ConcurrentHashMap<>();

    /** What could not be written; this and all below is confined to the cache's thread. */
    private final Map<RuleKey, RuleSnapshot<?>> unwritten = new HashMap<>();

    /** Files that were reported, until they are replaced. */
    private final Set<Path> reported = new HashSet<>();

    private boolean failing;

    private record Stored(List<? extends Rule> rules, Instant receivedAt) {}

    DiskCache(
            CacheSettings settings, EventLoop loop, ClientListener listener, InstantSource clock) {
        this.settings = settings;
        this.directory = new CacheDirectory(settings.directory(), settings.maxFileBytes());
        this.loop = loop;
        this.listener = listener;
        this.clock = clock;
        this.thread = new EventLoop(loop.name() + "-cache");
        thread.execute(this::cleanUp);
    }

    private void cleanUp() {
        try {
            directory.cleanUp(clock.instant());
        } catch (IOException e) {
            LOG.warn(
                    "Cannot look into the rule cache {}: {}; rules are followed without it",
                    directory,
                    describe(e));
        }
    }

    @Override
    public <R extends Rule> void load(
            Target target, RuleKind<R> kind, Predicate<RuleSnapshot<R>> taker) {
        thread.execute(() -> read(target, kind, taker));
    }

    private <R extends Rule> void read(
            Target target, RuleKind<R> kind, Predicate<RuleSnapshot<R>> taker) {
        var key = new RuleKey(target, kind);
        try {
            byte[] content = directory.read(key);
            if (content == null) {
                tell(key, Result.ABSENT, null, null);
            } else {
                offer(key, CacheFile.decode(content, target, kind), taker);
            }
        } catch (IOException | RuntimeException e) {
            ignore(key, e);
        }
    }

    private <R extends Rule> void offer(
            RuleKey key, RuleSnapshot<R> snapshot, Predicate<RuleSnapshot<R>> taker) {
        Duration age = snapshot.age(clock.instant());
        String problem = expiry(snapshot.receivedAt(), age);
        if (problem != null) {
            reportOnce(directory.file(key), problem);
            tell(key, Result.EXPIRED, age, problem);
            return;
        }
        loop.execute(
                () -> {
                    boolean taken = taker.test(snapshot);
                    LOG.debug(
                            "Read {} from the rule cache, {} old; used: {}",
                            key,
                            ShownDuration.of(age),
                            taken);
                    listener.onCache(
                            new CacheEvent(
                                    key, taken ? Result.LOADED : Result.OVERTAKEN, age, null));
                });
    }

    /** Returns why rules are too old, or {@code null}. If any age will do, so does any time. */
    private @Nullable String expiry(Instant receivedAt, Duration age) {
        Duration maxAge = settings.maxAge();
        if (maxAge == null) {
            return null;
        }
        Duration ahead = Duration.between(clock.instant(), receivedAt);
        if (ahead.compareTo(MAX_CLOCK_SKEW) > 0) {
            return "its time, "
                    + receivedAt
                    + ", is "
                    + ShownDuration.of(ahead)
                    + " ahead of the clock, so nobody knows whether its rules are older than the "
                    + ShownDuration.of(maxAge)
                    + " allowed";
        }
        return age.compareTo(maxAge) > 0
                ? "its rules are "
                        + ShownDuration.of(age)
                        + " old, more than the "
                        + ShownDuration.of(maxAge)
                        + " allowed"
                : null;
    }

    private void ignore(RuleKey key, Exception problem) {
        String what = describe(problem);
        reportOnce(directory.file(key), what);
        tell(key, Result.IGNORED, null, what);
    }

    private void reportOnce(Path file, String problem) {
        if (reported.add(file)) {
            LOG.warn(
                    "Ignored the rule cache file {}: {}; its rules come from the control plane, and the next ones replace it",
                    file,
                    problem);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Neither rules that no control plane sent nor the empty rest of a push of which nothing
     * could be used replace good ones.
     */
    @Override
    public void store(RuleSnapshot<?> snapshot) {
        boolean nothingUsable = snapshot.rules().isEmpty() && !snapshot.rejected().isEmpty();
        if (snapshot.origin() != Origin.CONTROL_PLANE || nothingUsable) {
            return;
        }
        RuleKey key = snapshot.key();
        Instant now = clock.instant();
        Stored before = stored.get(key);
        if (before != null
                && before.rules().equals(snapshot.rules())
                && now.isBefore(before.receivedAt().plus(settings.confirmAfter()))) {
            return;
        }
        stored.put(key, new Stored(snapshot.rules(), now));
        if (pending.put(key, receivedAt(now, snapshot)) == null) {
            thread.execute(() -> write(key, pending.remove(key)));
        }
    }

    /** A push that changed nothing is not the snapshot in force, but says that it still holds. */
    private static <R extends Rule> RuleSnapshot<R> receivedAt(
            Instant now, RuleSnapshot<R> snapshot) {
        return new RuleSnapshot<>(
                snapshot.target(),
                snapshot.kind(),
                snapshot.version(),
                snapshot.origin(),
                now,
                snapshot.rules(),
                snapshot.rejected());
    }

    @Override
    public void forget(RuleKey key) {
        stored.remove(key);
        thread.execute(() -> unwritten.remove(key));
    }

    private void write(RuleKey key, @Nullable RuleSnapshot<?> snapshot) {
        if (snapshot == null) {
            return;
        }
        byte[] content;
        try {
            content = CacheFile.encode(snapshot);
        } catch (RuntimeException e) {
            LOG.warn("Cannot write {} to the rule cache; rules in force are not affected", key, e);
            tell(key, Result.WRITE_FAILED, null, "cannot be encoded: " + describe(e));
            return;
        }
        try {
            directory.write(key, content);
            succeeded(key, snapshot);
        } catch (UnusableCacheFileException e) { // which no second attempt would mend
            LOG.warn("{} is not kept in the rule cache: it {}", key, e.getMessage());
            tell(key, Result.WRITE_FAILED, null, e.getMessage());
        } catch (IOException | RuntimeException e) {
            failed(key, snapshot, e);
        }
    }

    private void succeeded(RuleKey key, RuleSnapshot<?> snapshot) {
        unwritten.remove(key);
        reported.remove(directory.file(key));
        if (failing && unwritten.isEmpty()) {
            failing = false;
            LOG.info("The rule cache {} can be written again", directory);
        }
        tell(key, Result.WRITTEN, snapshot.age(clock.instant()), null);
    }

    private void failed(RuleKey key, RuleSnapshot<?> snapshot, Exception problem) {
        String what = describe(problem);
        if (!failing) {
            failing = true;
            LOG.warn(
                    "Cannot write the rule cache file {}: {}; rules in force are not affected, and writing is tried again",
                    directory.file(key),
                    what);
        }
        if (unwritten.isEmpty()) {
            thread.schedule(settings.retry(), this::retry);
        }
        unwritten.put(key, snapshot);
        tell(key, Result.WRITE_FAILED, null, what);
    }

    private void retry() {
        Map<RuleKey, RuleSnapshot<?>> again = Map.copyOf(unwritten);
        unwritten.clear();
        again.forEach(this::write);
    }

    /** Returns what is wrong, where a message alone may be nothing but the name of the file. */
    private static String describe(Exception problem) {
        return problem instanceof UnusableCacheFileException
                ? String.valueOf(problem.getMessage())
                : problem.toString();
    }

    private void tell(RuleKey key, Result result, @Nullable Duration age, @Nullable String reason) {
        loop.execute(() -> listener.onCache(new CacheEvent(key, result, age, reason)));
    }

    @Override
    public void close(Duration patience) {
        thread.execute(this::retry);
        thread.stop();
        thread.awaitEnd(patience);
    }
}

package io.opensergo.client;

import io.opensergo.api.Origin;
import io.opensergo.api.Readiness;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.MonoSink;

/** Somebody who waits until each of some keys has a snapshot. Confined to the event loop. */
final class ReadyWaiter {

    private final MonoSink<Readiness> sink;
    private final Set<KeySubscription<?>> open = new HashSet<>();
    private final Map<RuleKey, Origin> origins = new HashMap<>();

    ReadyWaiter(MonoSink<Readiness> sink) {
        this.sink = sink;
    }

    /** Waits for one more key, unless it has a snapshot. */
    void waitFor(KeySubscription<?> key) {
        open.add(key);
        look(key);
    }

    /** Looks whether a key has a snapshot by now. */
    void look(KeySubscription<?> key) {
        RuleSnapshot<?> snapshot = key.current();
        if (snapshot != null && open.remove(key)) {
            origins.put(key.key(), snapshot.origin());
        }
    }

    /** Stops waiting for a key that nobody follows any more. */
    void forget(KeySubscription<?> key) {
        open.remove(key);
    }

    /** Signals if nothing is waited for, and returns whether it did. */
    boolean signalIfReady() {
        if (open.isEmpty()) {
            sink.success(new Readiness(origins));
        }
        return open.isEmpty();
    }

    /** Signals that a key will never have a snapshot, if it is waited for. */
    boolean failIfWaitingFor(KeySubscription<?> key, Throwable error) {
        boolean waiting = open.contains(key);
        if (waiting) {
            sink.error(error);
        }
        return waiting;
    }

    void fail(Throwable error) {
        sink.error(error);
    }
}

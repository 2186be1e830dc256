package io.opensergo.client;

import io.opensergo.api.StaleRulesException;
import java.util.LinkedHashSet;
import java.util.Set;

/** Which keys have rules in force from before the stream. Confined to the event loop. */
final class Staleness {

    private final Set<KeySubscription<?>> stale = new LinkedHashSet<>();
    private long stream = LastGood.NO_STREAM;
    private Runnable onChange = () -> {};

    /** Has a task run after each change. */
    void onChange(Runnable task) {
        onChange = task;
    }

    /** Looks at keys as a new stream finds them. */
    void begin(long newStream, Iterable<KeySubscription<?>> keys) {
        stream = newStream;
        stale.clear();
        for (KeySubscription<?> key : keys) {
            if (key.rules().isFromBefore(stream)) {
                stale.add(key);
            }
        }
    }

    /** Looks at a key whose rules may have been confirmed, or come from elsewhere. */
    void look(KeySubscription<?> key) {
        if (key.rules().isFromBefore(stream) ? stale.add(key) : stale.remove(key)) {
            onChange.run();
        }
    }

    /** A key is not followed any more. */
    void forget(KeySubscription<?> key) {
        if (stale.remove(key)) {
            onChange.run();
        }
    }

    boolean isAny() {
        return !stale.isEmpty();
    }

    /** Says which they are; to be called only if there are some. */
    Throwable cause() {
        return new StaleRulesException(stale.iterator().next().key(), stale.size());
    }
}

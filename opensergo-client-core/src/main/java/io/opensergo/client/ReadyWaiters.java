package io.opensergo.client;

import io.opensergo.api.ClientClosedException;
import java.util.ArrayList;
import java.util.List;

/** Who waits until keys have a snapshot. Confined to the event loop. */
final class ReadyWaiters {

    private final List<ReadyWaiter> waiters = new ArrayList<>(1);

    /** Signals to a waiter as soon as each of some keys has a snapshot. */
    void add(ReadyWaiter waiter, Iterable<KeySubscription<?>> keys) {
        keys.forEach(waiter::waitFor);
        if (!waiter.signalIfReady()) {
            waiters.add(waiter);
        }
    }

    void remove(ReadyWaiter waiter) {
        waiters.remove(waiter);
    }

    /** A key has a snapshot. */
    void look(KeySubscription<?> key) {
        if (!waiters.isEmpty()) {
            waiters.forEach(waiter -> waiter.look(key));
            waiters.removeIf(ReadyWaiter::signalIfReady);
        }
    }

    /** Nobody follows a key any more. */
    void forget(KeySubscription<?> key) {
        waiters.forEach(waiter -> waiter.forget(key));
        waiters.removeIf(ReadyWaiter::signalIfReady);
    }

    /** A key will never have a snapshot. */
    void fail(KeySubscription<?> key, Throwable error) {
        waiters.removeIf(waiter -> waiter.failIfWaitingFor(key, error));
    }

    void close() {
        waiters.forEach(waiter -> waiter.fail(new ClientClosedException()));
        waiters.clear();
    }
}

package io.opensergo.client;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** Who follows a key; each gets its latest value. Confined to the event loop. */
final class Followers<T> {

    private final List<LatestSubscription<T>> all = new ArrayList<>(1);
    private Disposable pendingClose = Disposables.disposed();

    /**
     * Adds a follower.
     *
     * @param latest {@code null} if there is no value yet
     */
    void add(LatestSubscription<T> follower, @Nullable T latest) {
        pendingClose.dispose();
        all.add(follower);
        if (latest != null) {
            follower.offer(latest);
        }
    }

    /** Takes a follower away and returns whether that was the last one. */
    boolean remove(LatestSubscription<?> follower) {
        return all.remove(follower) && all.isEmpty();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Remembers the task that ends this, unless a follower comes before. */
    void closeBy(Disposable task) {
        pendingClose.dispose();
        pendingClose = task;
    }

    void tell(T value) {
        all.forEach(follower -> follower.offer(value));
    }

    /** Nobody is told anything any more. */
    void stop() {
        pendingClose.dispose();
    }

    void complete() {
        stop();
        all.forEach(LatestSubscription::complete);
        all.clear();
    }

    void fail(Throwable error) {
        stop();
        all.forEach(follower -> follower.fail(error));
        all.clear();
    }
}

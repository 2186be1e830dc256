package io.opensergo.controlplane;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes the transport holds for clients that have not taken them, in all.
 *
 * <p>Beyond the limit a large message waits until others have been taken. A small one, which most
 * are, goes out up to twice the limit, so that nobody keeps an update from the others by leaving
 * large ones unread. While one waits, clients that take nothing are in its way: what it lacks is to
 * be freed.
 *
 * <p>For any number of threads.
 */
final class UnreadBytes {

    private static final int SMALL = 64 * 1024;

    private final long limit;
    private final AtomicLong total = new AtomicLong();

    /** What is to be run when there may be a place, and how many bytes it is for. */
    private final Map<Runnable, Long> waiting = new ConcurrentHashMap<>();

    UnreadBytes(long limit) {
        this.limit = limit;
    }

    /**
     * Takes a place for a message, or has a task run when there may be one.
     *
     * @param later waits once, however often it is given
     * @return whether the message may be handed to the transport
     */
    boolean acquire(long bytes, Runnable later) {
        if (tryAcquire(bytes)) {
            waiting.remove(later); // it may have waited for another message
            return true;
        }
        waiting.put(later, bytes);
        // A release before the line above did not see it. One after it does, since each looks only
        // after it has given back; so either this finds the place or that one runs the task.
        if (tryAcquire(bytes)) {
            waiting.remove(later);
            return true;
        }
        return false;
    }

    /** Never takes more than it keeps, not even for a moment, or a release could miss a place. */
    private boolean tryAcquire(long bytes) {
        long before = total.get();
        while (hasPlace(before, bytes)) {
            if (total.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = total.get();
        }
        return false;
    }

    private boolean hasPlace(long taken, long bytes) {
        return taken == 0 || taken + bytes <= (bytes <= SMALL ? 2 * limit : limit);
    }

    /** Gives back what has been taken by a client, or thrown away. */
    void release(long bytes) {
        if (bytes > 0) {
            total.addAndGet(-bytes);
            waiting.forEach(
                    (later, wanted) -> {
                        if (hasPlace(total.get(), wanted) && waiting.remove(later, wanted)) {
                            later.run();
                        }
                    });
        }
    }

    /** A task that is not to be run any more. */
    void forget(Runnable later) {
        waiting.remove(later);
    }

    /**
     * Returns how much would have to be taken: beyond the limit, for there to be a quarter of it
     * left; and for the largest message that waits to find its place. 0 if nothing has to.
     */
    long excess() {
        long taken = total.get();
        long beyond = taken > limit ? taken - limit * 3 / 4 : 0;
        long wanted = 0;
        for (long each : waiting.values()) {
            wanted = Math.max(wanted, each);
        }
        long lacking = wanted == 0 ? 0 : taken + Math.min(wanted, limit) - limit;
        return Math.max(beyond, lacking);
    }
}

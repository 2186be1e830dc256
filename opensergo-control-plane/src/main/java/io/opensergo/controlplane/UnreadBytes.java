package io.opensergo.controlplane;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes the transport holds for clients that have not taken them, in all.
 *
 * <p>Beyond the limit a large message waits until others have been taken. A small one, which most
 * are, goes out up to twice the limit, so that nobody keeps an update from the others by leaving
 * large ones unread.
 *
 * <p>For any number of threads.
 */
final class UnreadBytes {

    private static final int SMALL = 64 * 1024;

    private final long limit;
    private final AtomicLong total = new AtomicLong();
    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();

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
            return true;
        }
        waiting.add(later);
        if (!isOver()) {
            wakeUp(); // all was taken in between, and nobody else would
        }
        return false;
    }

    private boolean tryAcquire(long bytes) {
        long before = total.getAndAdd(bytes);
        if (before == 0 || before + bytes <= (bytes <= SMALL ? 2 * limit : limit)) {
            return true;
        }
        total.addAndGet(-bytes);
        return false;
    }

    /** Gives back what has been taken by a client, or thrown away. */
    void release(long bytes) {
        if (bytes > 0) {
            total.addAndGet(-bytes);
            if (!isOver()) {
                wakeUp();
            }
        }
    }

    private void wakeUp() {
        for (Runnable next : List.copyOf(waiting)) {
            if (waiting.remove(next)) {
                next.run();
            }
        }
    }

    boolean isOver() {
        return total.get() > limit;
    }

    /** Returns how much would have to be taken for there to be a quarter of the limit left. */
    long excess() {
        return total.get() - limit * 3 / 4;
    }
}

package io.opensergo.vertx;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.scheduler.Schedulers;

/**
 * Looks now and then at requests that have not ended yet, since Vert.x does not tell of every end:
 * the handlers of a response are the application's, who may replace all of them; a connection that
 * becomes a web socket or a tunnel reports no end of its request; and a response that nobody reads
 * has no end.
 *
 * <p>It looks on a thread of Reactor's, off the event loops, and not at all while nothing is open.
 * For any thread: the queue is concurrent, and whoever finds it unarmed after an addition arms it,
 * or the look that is then under way does, which sees the addition.
 */
final class EndWatch {

    private static final long MILLIS = 250;

    private final Queue<Entry> open = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isArmed = new AtomicBoolean();

    /** A request that is looked at. */
    interface Watched {

        /**
         * Returns whether the request has ended; ends it if it has and nobody told. Called by one
         * thread at a time, which is none of Vert.x.
         */
        boolean looksEnded();
    }

    /** The place of a request here, which keeps nothing of it once it has ended. */
    @SuppressWarnings("serial") // never serialized
    static final class Entry extends AtomicReference<Watched> {

        private Entry(Watched watched) {
            super(watched);
        }

        /** Forgets the request, which has ended. */
        void clear() {
            lazySet(null);
        }

        private boolean isOver() {
            Watched watched = get();
            return watched == null || watched.looksEnded();
        }
    }

    /** Looks at a request until it has ended. */
    Entry add(Watched watched) {
        var entry = new Entry(watched);
        open.add(entry);
        arm();
        return entry;
    }

    private void arm() {
        if (!isArmed.get() && isArmed.compareAndSet(false, true)) {
            Schedulers.parallel().schedule(this::look, MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        try {
            open.removeIf(Entry::isOver);
        } finally {
            isArmed.set(false);
            if (!open.isEmpty()) {
                arm();
            }
        }
    }
}

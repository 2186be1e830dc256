package io.opensergo.spring.conformance;

import io.opensergo.governance.Rejection;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * What a server tells the driver of a case. That makes one request after the other and waits for
 * what becomes of each, so that what is heard is of the newest.
 */
final class Signals {

    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();

    /** What may become of a request. */
    sealed interface Signal {}

    /**
     * Its handler runs.
     *
     * @param end answers it with a status
     */
    record Arrived(IntConsumer end) implements Signal {}

    /** It was refused. */
    record Refused(Rejection rejection) implements Signal {}

    /**
     * It waits for its turn.
     *
     * @param turn lets its turn come
     */
    record Waiting(Duration delay, Runnable turn) implements Signal {}

    void tell(Signal signal) {
        signals.add(signal);
    }

    /** Tells that a request has given back what it had. */
    void tellEnd() {
        ends.add(true);
    }

    /**
     * Tells the end of a request that completes: whoever is further in is the last to hear of it.
     */
    Mono<Void> tellingCompletion(Mono<Void> inner) {
        return inner.doFinally(
                signal -> {
                    if (signal != SignalType.CANCEL) {
                        tellEnd();
                    }
                });
    }

    /** Tells the end of a request that is cancelled: that comes to whoever is further out last. */
    Mono<Void> tellingCancellation(Mono<Void> outer) {
        return outer.doFinally(
                signal -> {
                    if (signal == SignalType.CANCEL) {
                        tellEnd();
                    }
                });
    }

    /** Returns what becomes of a request; if that is nothing, its answer may tell why. */
    Signal next(Future<?> answer) {
        return next(signals, () -> "nothing became of a request: " + answer);
    }

    void awaitEnd() {
        next(ends, () -> "a request did not end");
    }

    void clear() {
        signals.clear();
        ends.clear();
    }

    private static <T> T next(BlockingQueue<T> queue, Supplier<String> otherwise) {
        try {
            T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new IllegalStateException(otherwise.get());
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

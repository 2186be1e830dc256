package io.opensergo.rulefiles;

import io.opensergo.rules.document.ReadResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads contents that may take long elsewhere than on the scanning thread.
 *
 * <p>What a file costs to read is in the hands of who writes it: 16 MiB, or tens of thousands of
 * broken documents. Small files are read by the scan itself, which is quicker for them.
 */
final class SlowReads {

    private static final Logger LOG = LoggerFactory.getLogger(SlowReads.class);
    private static final int SLOW_BYTES = 8 * 1024;
    private static final int MAX_UNDER_WAY = 8;
    private static final Duration WORTH_A_WORD = Duration.ofSeconds(1);

    private final Executor executor;
    private final AtomicInteger underWay = new AtomicInteger();
    private boolean waiting = true;

    /**
     * @param executor runs one reading after the other, or a few at a time
     */
    SlowReads(Executor executor) {
        this.executor = executor;
    }

    /** From now on a scan does not wait for slow readings; at the start it has to. */
    void stopWaiting() {
        waiting = false;
    }

    /** A large content is slow, and one whose aliases may stand for a large one. */
    boolean isSlow(byte[] content) {
        return !waiting
                && (content.length > SLOW_BYTES || (holds(content, '&') && holds(content, '*')));
    }

    private static boolean holds(byte[] content, char character) {
        for (byte each : content) {
            if (each == character) {
                return true;
            }
        }
        return false;
    }

    /** A reading that is under way. */
    record Read<T>(T of, FutureTask<ReadResult> task) {

        boolean isDone() {
            return task.isDone();
        }

        /**
         * Returns the result of a reading that is done.
         *
         * @throws Error if the reading failed with it
         */
        ReadResult result() {
            try {
                return task.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException("reading failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    /**
     * Begins to read, unless so much is being read already that another content must not be kept in
     * memory for it.
     *
     * @param of what the content is known by
     * @return {@code null} if it is to be tried again later
     */
    <T> @Nullable Read<T> begin(Path path, T of, Supplier<ReadResult> reading) {
        if (underWay.get() >= MAX_UNDER_WAY) {
            return null;
        }
        underWay.incrementAndGet();
        var task =
                new FutureTask<>(
                        () -> {
                            try {
                                return timed(path, reading);
                            } finally {
                                underWay.decrementAndGet();
                            }
                        });
        try {
            executor.execute(task);
        } catch (RuntimeException | Error e) {
            underWay.decrementAndGet(); // there is no thread for it
            throw e;
        }
        return new Read<>(of, task);
    }

    private static ReadResult timed(Path path, Supplier<ReadResult> reading) {
        long start = System.nanoTime();
        ReadResult result = reading.get();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        if (took.compareTo(WORTH_A_WORD) > 0) {
            LOG.warn(
                    "Reading {} took {} ms: it has {} documents, {} of them with problems; split the"
                            + " file. What was in force from it stayed so meanwhile",
                    path,
                    took.toMillis(),
                    result.documents().size(),
                    result.documents().stream().filter(each -> !each.problems().isEmpty()).count());
        }
        return result;
    }
}

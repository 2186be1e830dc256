package io.opensergo.controlplane;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many lines of a kind are logged in a time, whoever causes them: a burst, and then a few now
 * and again. The next line says how many were left out.
 *
 * <p>For any number of threads.
 */
final class LogLimit {

    private final int burst;
    private final long intervalNanos;
    private final @Nullable LogLimit ofAll;
    private final LongSupplier ticker;
    private double left; // guarded by this, as is the rest
    private long filledAt;
    private long leftOut;

    /**
     * @param lines how many lines may come at once
     * @param seconds in how many seconds they may come again
     */
    LogLimit(int lines, int seconds) {
        this(lines, seconds, null, System::nanoTime);
    }

    /**
     * @param ofAll what bounds the lines of several of these together
     */
    LogLimit(int lines, int seconds, @Nullable LogLimit ofAll, LongSupplier ticker) {
        this.burst = lines;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(seconds) / lines;
        this.ofAll = ofAll;
        this.ticker = ticker;
        this.left = lines;
        this.filledAt = ticker.getAsLong();
    }

    /**
     * Logs a line, or leaves it out.
     *
     * @param line given what is to stand at its end: how many were left out before it, or nothing
     */
    void log(Consumer<String> line) {
        long before;
        synchronized (this) {
            if (!take() || (ofAll != null && !ofAll.mayLog())) {
                leftOut++;
                return;
            }
            before = leftOut;
            leftOut = 0;
        }
        line.accept(before == 0 ? "" : " (" + before + " lines like this were left out)");
    }

    private synchronized boolean mayLog() {
        return take();
    }

    private boolean take() {
        long now = ticker.getAsLong();
        left = Math.min(burst, left + (double) (now - filledAt) / intervalNanos);
        filledAt = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}

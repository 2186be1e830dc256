package io.opensergo.governance.internal.limiter;

import io.opensergo.api.time.Ticker;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The window of the store that is under way, as far as a {@link LeasedLimiter} knows it, and the
 * permits in stock for it. The end of a window lies between two times, as the store decided between
 * a request and its answer. Times in nanoseconds.
 *
 * <p><b>Concurrency:</b> {@code earliestEnd} is published before the permits that it belongs to and
 * after the stock that it does not belong to is void; a request reads the stock first. A request
 * may void fresh permits if the stock has the same value before and after a change of windows, and
 * none otherwise. {@code issued} less the stock is what was admitted in the window; both change
 * windows while {@code turning} is held, for a few writes: a request that finds it held does not
 * wait, an answer does. Requests that pass a change of windows meanwhile count in either.
 */
final class LeaseWindow {

    private static final long NOT_YET = Long.MIN_VALUE;

    private final PermitStock stock;
    private final StoreOutage outage;
    private final Ticker ticker;
    private final AtomicBoolean turning = new AtomicBoolean();

    /** The earliest time at which the window can end; permits in stock are void then. */
    private volatile long earliestEnd;

    /** The latest time at which the window can end. */
    private volatile long latestEnd;

    /** What was admitted by {@code earliestEnd} while shares count; {@code NOT_YET} before. */
    private volatile long admittedByEnd = NOT_YET;

    /** When the window was first seen; written before its permits. */
    private volatile long since;

    /** Permits that were granted in the window. */
    private volatile long issued;

    /** The store's count by the latest grant, if there was one; confined to the one who answers. */
    private long count;

    private boolean answered;

    LeaseWindow(PermitStock stock, StoreOutage outage, Ticker ticker, long now, long end) {
        this.stock = stock;
        this.outage = outage;
        this.ticker = ticker;
        since = now;
        earliestEnd = end;
        latestEnd = end;
    }

    /** Returns whether permits in stock are of the window that runs. */
    boolean isUnderWay(LeaseLimits limits, long now) {
        return limits.isAhead(earliestEnd, now);
    }

    /** Returns whether nothing is to be done about the end of the window. */
    boolean isSettled(LeaseLimits limits, long now) {
        return isUnderWay(limits, now)
                || (admittedByEnd != NOT_YET
                        && limits.isAhead(latestEnd, now)
                        && outage.countsShares(limits, now));
    }

    long latestEnd() {
        return latestEnd;
    }

    long issued() {
        return issued;
    }

    /** Returns whether a time is of this window, and of no earlier one. */
    boolean contains(long time) {
        return time - since >= 0;
    }

    /** Returns the stock at which a share of the window is used up, at most 0. */
    long shareFloor(long share) {
        return Math.min(0, issued - share);
    }

    /**
     * Begins the next window if the one that runs may have ended, and returns false if somebody
     * else does. A debt beyond the credit was of the window that has ended; during an outage, all
     * of it.
     *
     * <p>While shares count, the next window begins when the one before must have ended. What was
     * admitted since it could have ended counts in both.
     */
    boolean turn(LeaseLimits limits, long credit) {
        if (!turning.compareAndSet(false, true)) {
            return false;
        }
        try {
            long now = ticker.nanos(); // the caller may have been held up since it read the clock
            if (isUnderWay(limits, now)) {
                return true;
            }
            boolean shares = outage.countsShares(limits, now);
            if (shares && limits.isAhead(latestEnd, now)) {
                if (admittedByEnd == NOT_YET) {
                    admittedByEnd = issued - stock.get();
                }
                return true;
            }
            boolean cutOff = outage.isCutOff();
            long inBoth = shares ? admittedSinceEnd() : 0;
            stock.keepBetween(cutOff ? -inBoth : -credit, cutOff ? -inBoth : 0);
            long next = limits.nextEnd(earliestEnd, now);
            long latest = next + (latestEnd - earliestEnd);
            begin(now, cutOff ? next : limits.early(next, earliestEnd, now), latest);
            issued = Math.max(0, inBoth + stock.get());
        } finally {
            turning.set(false);
        }
        return true;
    }

    /** Returns what was admitted since the window could have ended, while shares count. */
    private long admittedSinceEnd() {
        long byEnd = admittedByEnd;
        return byEnd == NOT_YET ? 0 : Math.max(0, issued - stock.get() - byEnd);
    }

    /** Begins a window, of which nothing is issued yet, while {@code turning} is held. */
    private void begin(long now, long earliest, long latest) {
        issued = 0;
        since = now;
        admittedByEnd = NOT_YET;
        latestEnd = latest;
        earliestEnd = earliest;
    }

    /**
     * Takes a grant in, and tells the outage of it. Permits of an earlier window are void; what
     * they were to pay for was of that window.
     *
     * @param limits what was in force when it was asked for
     * @param permits those that were granted, of those that were asked for
     * @param earliest the earliest time at which the window of the grant can end
     * @param latest the latest
     * @param storeCount what the store has counted in that window
     */
    void receive(
            LeaseLimits limits,
            long permits,
            long earliest,
            long latest,
            long storeCount,
            long now) {
        while (!turning.compareAndSet(false, true)) {
            Thread.onSpinWait();
        }
        try {
            long behind =
                    answered && limits.isAhead(latestEnd, now)
                            ? limits.windowsBetween(earliest, latest, earliestEnd, latestEnd)
                            : -1;
            boolean lostCount = behind >= 0 && issued > 0 && count != storeCount;
            if (behind >= 0) {
                learnEnd(
                        limits,
                        earliest + behind * limits.window,
                        latest + behind * limits.window,
                        now);
            } else {
                stock.keepAtMost(0);
                begin(now, earliest, latest);
            }
            if (lostCount) {
                stock.add(-issued);
                issued = 0;
            }
            if (behind <= 0 && isUnderWay(limits, now)) {
                long before = issued;
                issued = before + permits;
                stock.add(permits);
            }
            count = storeCount;
            answered = true;
            outage.answered(now, lostCount);
        } finally {
            turning.set(false);
        }
    }

    /** Takes in what a grant tells of the end of this window, while {@code turning} is held. */
    private void learnEnd(LeaseLimits limits, long earliest, long latest, long now) {
        if (earliest - earliestEnd > 0) {
            earliestEnd = earliest;
            if (limits.isAhead(earliest, now)) {
                admittedByEnd = NOT_YET;
            }
        }
        if (latest - latestEnd < 0) {
            latestEnd = latest;
        }
        if (latestEnd - earliestEnd < 0) {
            latestEnd = earliestEnd;
        }
    }

    /**
     * Returns the stock that a request would find, positive only while the window is under way, and
     * changes nothing.
     */
    long peekStock(LeaseLimits limits, long credit, long now) {
        if (isUnderWay(limits, now)) {
            return stock.get();
        }
        if (lastsForShares(limits, now)) {
            return Math.min(0, stock.get());
        }
        long kept =
                outage.isCutOff() ? -sharedWithNext(limits, now) : Math.max(stock.get(), -credit);
        return Math.min(0, kept);
    }

    /** Returns the {@link #shareFloor} that a request would find which finds such a stock. */
    long peekShareFloor(LeaseLimits limits, long share, long held, long now) {
        boolean runs = isUnderWay(limits, now) || lastsForShares(limits, now);
        long admitted = runs ? issued : Math.max(0, sharedWithNext(limits, now) + held);
        return Math.min(0, admitted - share);
    }

    private boolean lastsForShares(LeaseLimits limits, long now) {
        return limits.isAhead(latestEnd, now) && outage.countsShares(limits, now);
    }

    private long sharedWithNext(LeaseLimits limits, long now) {
        return outage.countsShares(limits, now) ? admittedSinceEnd() : 0;
    }
}

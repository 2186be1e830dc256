package io.opensergo.governance.internal.limiter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The permits that a {@link LeasedLimiter} has in stock: one signed word, negative by those that
 * are borrowed. It is changed by compare-and-set, which keeps it from falling below a bound.
 */
final class PermitStock {

    private static final VarHandle PERMITS;

    static {
        try {
            PERMITS =
                    MethodHandles.lookup().findVarHandle(PermitStock.class, "permits", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long permits;

    long get() {
        return permits;
    }

    /** Takes one permit, or borrows it, unless the stock is no longer {@code seen}. */
    boolean takeOne(long seen) {
        return PERMITS.compareAndSet(this, seen, seen - 1);
    }

    /** Voids what is in stock, unless that is no longer {@code seen}. */
    boolean empty(long seen) {
        return PERMITS.compareAndSet(this, seen, 0L);
    }

    /** Adds permits, negative for a debt. */
    void add(long more) {
        PERMITS.getAndAdd(this, more);
    }

    /** Voids permits beyond {@code most}, and debts beyond {@code least}. */
    void keepBetween(long least, long most) {
        long held = permits;
        long kept = Math.max(least, Math.min(held, most));
        while (held != kept && !PERMITS.compareAndSet(this, held, kept)) {
            held = permits;
            kept = Math.max(least, Math.min(held, most));
        }
    }

    /** Voids permits beyond {@code most}. */
    void keepAtMost(long most) {
        keepBetween(Long.MIN_VALUE, most);
    }
}

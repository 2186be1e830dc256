package io.opensergo.governance;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * What a guard has said to one request, which may be ended by whoever hears of the end, and as
 * often as anybody does: the first counts. For frameworks that signal an end twice, or on several
 * ways at once; a caller that knows of one end uses the token itself, which costs no object.
 *
 * <pre>{@code
 * Permit permit = guard.acquirePermit();
 * if (permit.isWaiting()) {
 *     timer.after(permit.waitNanos(), () -> go(permit.proceed()));
 * }
 * response.onComplete(() -> permit.release(Outcome.SUCCESS));
 * response.onError(error -> permit.release(Outcome.of(error)));      // whichever comes first
 * }</pre>
 *
 * <p>Safe for use by many threads, also an end while another thread asks to {@link #proceed}: the
 * request is not made then, and gives everything back.
 */
public final class Permit {

    private static final AtomicIntegerFieldUpdater<Permit> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Permit.class, "state");

    private static final int HELD = 0;

    /** The guard is being asked; whoever ends the request leaves the rest to that. */
    private static final int ASKING = 1;

    private static final int ENDED = 2;

    /*
     * The tokens are written by the thread that has moved the state from HELD to ASKING, before it moves it
     * on, and read by one that has moved it from HELD: so whoever ends a request sees what it has.
     */
    private final Guard guard;
    private volatile long token;
    private volatile int state;

    /** With which it has waited, or {@link Token#FREE}. */
    private long waited = Token.FREE;

    Permit(Guard guard, long token) {
        this.guard = guard;
        this.token = token;
        this.state = Guard.isRefused(token) ? ENDED : HELD;
    }

    /** Returns the guard that decided. */
    public Guard guard() {
        return guard;
    }

    /** Returns whether the request was refused, on arrival or when its turn came. */
    public boolean isRefused() {
        return Guard.isRefused(token);
    }

    /**
     * Returns why the request was refused.
     *
     * @throws IllegalArgumentException if it was not
     */
    public Rejection rejection() {
        return guard.rejection(token);
    }

    /** Returns whether the request has to wait for its turn and then to {@link #proceed}. */
    public boolean isWaiting() {
        return state != ENDED && Guard.isWaiting(token);
    }

    /** Returns how many nanoseconds a waiting request has to wait from now; 0 for any other. */
    public long waitNanos() {
        return guard.waitNanos(token);
    }

    /**
     * Waits on this thread for the turn of a waiting request, which has to {@link #proceed} then.
     *
     * @throws InterruptedException if the thread is interrupted; the request still waits then
     */
    public void await() throws InterruptedException {
        guard.await(token);
    }

    /** Returns whether the request was refused, has been released or withdrawn. */
    public boolean isEnded() {
        return state == ENDED;
    }

    /**
     * Asks for a waiting request whose turn has come whether it may be made now; without effect on
     * one that does not wait.
     *
     * @return whether it may; not if it is refused, or has ended meanwhile
     */
    public boolean proceed() {
        if (!STATE.compareAndSet(this, HELD, ASKING)) {
            return false;
        }
        long waiting = token;
        long next = guard.proceed(waiting);
        if (Guard.isRefused(next)) {
            token = next;
            state = ENDED; // it has given everything back
            return false;
        }
        if (next != waiting) {
            waited = waiting;
            token = next;
        }
        return goOn();
    }

    /**
     * Makes an admitted request wait, since another guard of the same request does, as {@link
     * Guard#defer} says; without effect on one that waits or has ended.
     */
    public void defer() {
        if (STATE.compareAndSet(this, HELD, ASKING)) {
            token = guard.defer(token);
            goOn();
        }
    }

    /** Returns whether nobody has ended the request meanwhile; else everything is given back. */
    private boolean goOn() {
        if (STATE.compareAndSet(this, ASKING, HELD)) {
            return true;
        }
        giveBack();
        return false;
    }

    /**
     * Ends the request, as {@link Guard#release} says, if nobody has. One that still waits is not
     * made at all, whatever the outcome, and gives everything back.
     *
     * @return whether this was the first end
     */
    public boolean release(Outcome outcome) {
        int before = STATE.getAndSet(this, ENDED);
        if (before == HELD) {
            if (Guard.isWaiting(token)) {
                giveBack();
            } else {
                guard.release(token, outcome);
            }
        }
        return before != ENDED;
    }

    /**
     * Takes the request back, which is not made after all, as {@link Guard#withdraw} says, if
     * nobody has ended it. What it had while it waited is given back too.
     *
     * @return whether this was the first end
     */
    public boolean withdraw() {
        int before = STATE.getAndSet(this, ENDED);
        if (before == HELD) {
            giveBack();
        }
        return before != ENDED;
    }

    private void giveBack() {
        guard.withdraw(token);
        guard.withdraw(waited);
    }
}

package io.opensergo.spring;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Rejection;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A request that a guard did not refuse, which gives its place back exactly once.
 *
 * <p>The value is its state. The turn of a waiting request and its end may come at once, on two
 * threads: whoever changes the state last takes back what the other has left.
 */
@SuppressWarnings("serial") // never serialized
final class Admission extends AtomicInteger {

    private static final int WAITING = 0;
    private static final int TURNING = 1;
    private static final int ADMITTED = 2;
    private static final int ENDED = 3;

    private final Guard guard;

    /** Written by whoever has made the state {@link #TURNING}, before it becomes ADMITTED. */
    private long token;

    Admission(Guard guard, long token) {
        super(Guard.isWaiting(token) ? WAITING : ADMITTED);
        this.guard = guard;
        this.token = token;
    }

    boolean isWaiting() {
        return get() == WAITING;
    }

    boolean hasEnded() {
        return get() == ENDED;
    }

    long waitNanos() {
        return guard.waitNanos(token);
    }

    void await() throws InterruptedException {
        guard.await(token);
    }

    /** Asks again, when the turn of a waiting request has come; returns why it is refused. */
    @Nullable Rejection proceed() {
        if (!compareAndSet(WAITING, TURNING)) {
            return null;
        }
        long waiting = token;
        long next = guard.proceed(waiting);
        if (Guard.isRefused(next)) {
            set(ENDED);
            return guard.rejection(next);
        }
        token = next;
        if (!compareAndSet(TURNING, ADMITTED)) { // the caller has left meanwhile
            guard.withdraw(next);
            guard.withdraw(waiting);
        }
        return null;
    }

    /** Ends the request; without effect if it has ended. One that waits is not made at all. */
    void end(Outcome outcome) {
        int state = getAndSet(ENDED);
        if (state == ADMITTED) {
            guard.release(token, outcome);
        } else if (state == WAITING) {
            guard.withdraw(token);
        }
    }
}

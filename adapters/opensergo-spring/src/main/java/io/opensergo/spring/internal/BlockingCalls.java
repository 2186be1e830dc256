package io.opensergo.spring.internal;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.RequestRejectedException;
import java.io.InterruptedIOException;
import java.util.function.Consumer;

/** Calls that wait on their threads. */
public final class BlockingCalls {

    private BlockingCalls() {}

    /**
     * Returns the permit of a call that may be made now, after it has waited for its turn if it is
     * throttled.
     *
     * @throws RequestRejectedException if it is refused
     * @throws InterruptedIOException if the thread is interrupted while it waits
     */
    public static Permit admitted(Guard guard) throws InterruptedIOException {
        return admitted(guard, permit -> {});
    }

    /**
     * Does the same.
     *
     * @param observer is shown what the guard has said, on arrival and when a turn has come
     */
    public static Permit admitted(Guard guard, Consumer<Permit> observer)
            throws InterruptedIOException {
        Permit permit = guard.acquirePermit();
        observer.accept(permit);
        if (permit.isWaiting()) {
            awaitTurn(permit);
            boolean unused = permit.proceed(); // nobody else can end it
            observer.accept(permit);
        }
        if (permit.isRefused()) {
            throw new RequestRejectedException(permit.rejection());
        }
        return permit;
    }

    private static void awaitTurn(Permit permit) throws InterruptedIOException {
        try {
            permit.await();
        } catch (InterruptedException e) {
            permit.release(Outcome.CANCELLED);
            Thread.currentThread().interrupt();
            var interrupted =
                    new InterruptedIOException("interrupted while the call was throttled");
            interrupted.initCause(e);
            throw interrupted;
        }
    }
}

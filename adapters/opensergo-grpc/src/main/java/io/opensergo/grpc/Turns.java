package io.opensergo.grpc;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/** Waits for the turns of throttled calls, of which none keeps a thread meanwhile. */
final class Turns {

    private Turns() {}

    /**
     * Runs a task once the turn of a call has come, on a thread that may block: what follows is the
     * application's.
     *
     * @return cancels it
     * @throws RejectedExecutionException if Reactor's schedulers have been shut down
     */
    static Disposable await(CallAdmission admission, Runnable task) {
        return Schedulers.parallel()
                .schedule(
                        () -> elsewhere(admission, task),
                        admission.waitNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /** Runs a task after a while, on such a thread. */
    static Disposable after(long nanos, Runnable task) {
        return Schedulers.parallel().schedule(() -> elsewhere(task), nanos, TimeUnit.NANOSECONDS);
    }

    private static void elsewhere(CallAdmission admission, Runnable task) {
        if (admission.waitNanos() > 0) {
            await(admission, task); // a timer may be early; whoever ends the call ends the waiting
        } else {
            elsewhere(task);
        }
    }

    private static void elsewhere(Runnable task) {
        try {
            Schedulers.boundedElastic().schedule(task);
        } catch (RejectedExecutionException e) { // too much waits there: rather here than never
            task.run();
        }
    }
}

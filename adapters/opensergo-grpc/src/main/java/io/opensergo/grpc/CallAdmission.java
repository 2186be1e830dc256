package io.opensergo.grpc;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.Rejection;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the guards of a method have said to one call: that of its service, then its own. It may be
 * ended by whoever hears of the end, and as often as anybody does; the first counts.
 *
 * <p>Safe for use by many threads.
 */
final class CallAdmission {

    private final @Nullable Permit byService;
    private final @Nullable Permit byMethod;

    private CallAdmission(@Nullable Permit byService, @Nullable Permit byMethod) {
        this.byService = byService;
        this.byMethod = byMethod;
    }

    /** Asks the guards; {@code null} if no rule applies to the call. */
    static @Nullable CallAdmission ask(GovernedMethod method) {
        Permit byService = permit(method.serviceGuard());
        if (byService != null && byService.isRefused()) {
            return new CallAdmission(byService, null);
        }
        Permit byMethod = permit(method.methodGuard());
        if (byService == null && byMethod == null) {
            return null;
        }
        var admission = new CallAdmission(byService, byMethod);
        if (byMethod != null && byMethod.isRefused()) {
            admission.withdraw();
        } else if (admission.isWaiting()) {
            admission.defer();
        }
        return admission;
    }

    private static @Nullable Permit permit(Guard guard) {
        return guard.isProtected() ? guard.acquirePermit() : null;
    }

    /** Returns why the call is refused, on arrival or when its turn came, or {@code null}. */
    @Nullable Rejection rejection() {
        if (byService != null && byService.isRefused()) {
            return byService.rejection();
        }
        return byMethod != null && byMethod.isRefused() ? byMethod.rejection() : null;
    }

    /** Returns whether the call has to wait for its turn and then to {@link #proceed}. */
    boolean isWaiting() {
        return (byService != null && byService.isWaiting())
                || (byMethod != null && byMethod.isWaiting());
    }

    /** Returns how many nanoseconds it has to wait from now. */
    long waitNanos() {
        return Math.max(
                byService == null ? 0 : byService.waitNanos(),
                byMethod == null ? 0 : byMethod.waitNanos());
    }

    /** Returns why a call is refused that would wait for longer than it may. */
    Rejection waitsTooLong(Duration wait) {
        long ofMethod = byMethod == null ? -1 : byMethod.waitNanos();
        long ofService = byService == null ? -1 : byService.waitNanos();
        Permit waiting = ofMethod >= ofService ? byMethod : byService;
        Guard guard = Objects.requireNonNull(waiting, "asked").guard();
        return new Rejection(
                guard.resource(),
                guard.direction(),
                null,
                null,
                null,
                "its turn comes after the deadline of the call",
                wait,
                null);
    }

    private void defer() {
        if (byService != null) {
            byService.defer();
        }
        if (byMethod != null) {
            byMethod.defer();
        }
    }

    /**
     * Asks again for a call whose turn has come.
     *
     * @return whether it may be made; if not, it has given everything back, and {@link #rejection}
     *     says why, unless the call has ended meanwhile
     */
    boolean proceed() {
        if ((byService == null || byService.proceed())
                && (byMethod == null || byMethod.proceed())) {
            return true;
        }
        withdraw();
        return false;
    }

    /** Ends the call, if nobody has. */
    void release(Outcome outcome) {
        if (byService != null) {
            byService.release(outcome);
        }
        if (byMethod != null) {
            byMethod.release(outcome);
        }
    }

    /** Takes the call back, which is not made after all, if nobody has ended it. */
    void withdraw() {
        if (byService != null) {
            byService.withdraw();
        }
        if (byMethod != null) {
            byMethod.withdraw();
        }
    }
}

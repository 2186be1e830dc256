package io.opensergo.governance;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * What a caller gets for an asynchronous request that was admitted: completes as the request does.
 *
 * <p>The request ends with its own stage. A caller that completes this one before, as {@code
 * cancel} and {@code orTimeout} do, gives the request up: one that has not been made yet never is,
 * and of one that is being served the breakers hear at once, while it keeps its slot until it has
 * been served, since nothing stops it.
 */
final class GuardedStage<T extends @Nullable Object> extends CompletableFuture<T> {

    /** The request has not been made. */
    private static final int WAITING = 0;

    /** Its turn has come, and the guard is being asked; who gives it up leaves the rest to that. */
    private static final int ASKING = 1;

    private static final int STARTED = 2;

    /** The caller has gone, and the request is still being served. */
    private static final int GIVEN_UP = 3;

    private static final int ENDED = 4;

    private final Guard guard;

    /** Replaced by a thread that has moved the state to ASKING, before it moves it on. */
    private long token;

    private final Supplier<? extends CompletionStage<T>> request;
    private final Function<? super T, Outcome> outcomeOf;
    private final AtomicInteger state = new AtomicInteger(WAITING);

    GuardedStage(
            Guard guard,
            long token,
            Supplier<? extends CompletionStage<T>> request,
            Function<? super T, Outcome> outcomeOf) {
        this.guard = guard;
        this.token = token;
        this.request = request;
        this.outcomeOf = outcomeOf;
    }

    /** Makes the request, now or on a thread of the common pool when its turn has come. */
    GuardedStage<T> start() {
        if (!Guard.isWaiting(token)) {
            state.set(STARTED);
            makeRequest();
            Future<?> unused = whenComplete((result, error) -> giveUp());
            return this;
        }
        Disposable timer = guard.waits().callLater(this::startIfAdmitted, guard.waitNanos(token));
        Future<?> unused =
                whenComplete(
                        (result, error) -> {
                            giveUp();
                            timer.dispose();
                        });
        return this;
    }

    private void startIfAdmitted() {
        if (!state.compareAndSet(WAITING, ASKING)) {
            return;
        }
        long waiting = token;
        long next = guard.proceed(waiting);
        token = next;
        if (Guard.isRefused(next)) {
            state.set(ENDED);
            completeExceptionally(new RequestRejectedException(guard.rejection(next)));
        } else if (state.compareAndSet(ASKING, STARTED)) {
            makeRequest();
        } else {
            guard.withdraw(next);
            guard.withdraw(waiting);
        }
    }

    private void makeRequest() {
        try {
            CompletionStage<T> stage =
                    Objects.requireNonNull(request.get(), "the request returned no stage");
            stage.whenComplete(this::end);
        } catch (Throwable e) {
            end(null, e);
        }
    }

    @SuppressWarnings("NullAway") // the result of a failed stage is null
    private void end(@Nullable T result, @Nullable Throwable error) {
        int before = state.getAndSet(ENDED);
        if (before == ENDED) {
            return;
        }
        Throwable failure = error;
        Outcome outcome = Outcome.CANCELLED;
        try {
            outcome = error == null ? outcomeOf.apply(result) : guard.outcomeOfStage(error);
        } catch (Throwable e) { // of the application
            failure = e;
        }
        guard.release(before == GIVEN_UP ? Token.untold(token) : token, outcome);
        if (failure == null) {
            complete(result);
        } else {
            completeExceptionally(failure);
        }
    }

    private void giveUp() {
        for (int now = state.get(); now <= STARTED; now = state.get()) {
            if (!state.compareAndSet(now, now == STARTED ? GIVEN_UP : ENDED)) {
                continue;
            }
            if (now == WAITING) {
                guard.withdraw(token);
            } else if (now == STARTED) {
                guard.tellCancelled(token);
            }
            return;
        }
    }
}

package io.opensergo.governance;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Protects a resource by the rules in force: decides on each request to it, and learns how it
 * ended.
 *
 * <p>Looked up once and kept: a guard always follows the newest plan of its governor. Guards are
 * cheap and are not registered anywhere; the state of a resource belongs to the rules that name it,
 * so all guards of one name and direction share it, and a process may ask for any number of names.
 * Safe for use by many threads.
 *
 * <p>Most code uses {@link #call}, {@link #run}, {@link #callStage} or {@link #protect(Mono)}.
 * Frameworks use {@link #acquire()} and {@link #release}, which allocate nothing:
 *
 * <pre>{@code
 * long token = guard.acquire();
 * if (Guard.isWaiting(token)) {                                     // throttled
 *     guard.await(token);                                           // or withdraw(token)
 *     token = guard.proceed(token);                                 // keep both to withdraw later
 * }
 * if (Guard.isRefused(token)) {
 *     return refuse(guard.rejection(token));
 * }
 * ...
 * guard.release(token, Outcome.SUCCESS);                            // exactly once
 * }</pre>
 *
 * <p><b>Order of checks:</b> overload, concurrency, rate limit, throttling, circuit breaker; what
 * an earlier one took is given back when a later one refuses. A request that is throttled is asked
 * all of them when it arrives, and keeps its place in the line and its permits of rate limits,
 * which count arrivals. It holds no slot of a concurrency limit while it waits and is no probe of a
 * breaker: these are for requests that are being made. When its turn has come, overload,
 * concurrency and breakers are asked again, and whoever is refused then gives everything back.
 */
public final class Guard {

    /** The outcome of a request of which only an exception says that it failed. */
    static final Function<@Nullable Object, Outcome> SUCCEEDED = result -> Outcome.SUCCESS;

    private final Governor governor;
    private final PlanPublisher plans;
    private final GuardedResource resource;

    /*
     * Written by any thread that meets a new plan, read by all. The objects are immutable, so a volatile
     * write publishes them whole. Threads that race write equal values, or one an older plan, which the next
     * request notices.
     */
    private volatile Resolved resolved;

    Guard(Governor governor, String resource, TrafficDirection direction) {
        this.governor = governor;
        this.plans = governor.publisher();
        this.resource = new GuardedResource(resource, direction);
        CompiledPlan plan = plans.current();
        this.resolved = new Resolved(plan, plan.protection(this.resource), null);
    }

    /** Returns the name of the resource. */
    public String resource() {
        return resource.name();
    }

    /** Returns which way the guarded requests go. */
    public TrafficDirection direction() {
        return resource.direction();
    }

    /** Returns whether a rule in force applies to the resource. */
    public boolean isProtected() {
        return !protection().isEmpty();
    }

    /**
     * Decides on a request.
     *
     * @return a token: of a refused request if {@link #isRefused} says so; else it must be given to
     *     {@link #release} exactly once, whatever happens
     */
    public long acquire() {
        return protection().acquire();
    }

    /**
     * Decides on a request as {@link #acquire()} does, for a caller that hears of its end in more
     * than one way.
     *
     * @return what may be ended any number of times; the first counts
     */
    public Permit acquirePermit() {
        return new Permit(this, acquire());
    }

    /** Returns whether a token is of a refused request. It needs no release. */
    public static boolean isRefused(long token) {
        return token < 0;
    }

    /**
     * Returns whether a token is of a request that has to wait for its turn and then ask again, by
     * {@link #proceed}.
     */
    public static boolean isWaiting(long token) {
        return (token & (Token.REFUSED | Token.WAITING)) == Token.WAITING;
    }

    /**
     * Returns how many nanoseconds a waiting request has to wait from now until its turn comes; 0
     * for any other, or if its turn has come.
     */
    public long waitNanos(long token) {
        if (!isWaiting(token)) {
            return 0;
        }
        long now = governor.engine().ticker().nanos();
        return Math.max(0, Token.place(token, now) - now);
    }

    /**
     * Waits on this thread until the turn of a waiting request has come. Returns at once for any
     * other.
     *
     * @throws InterruptedException if the thread is interrupted before or meanwhile; the request
     *     keeps its place until it is withdrawn
     */
    public void await(long token) throws InterruptedException {
        for (long wait = waitNanos(token); wait > 0; wait = waitNanos(token)) {
            if (Thread.interrupted()) {
                throw new InterruptedException(
                        "interrupted while '" + resource() + "' was throttled");
            }
            waits().park(this, wait);
        }
    }

    /** Waits as {@link #await} does, and to the end: an interrupt is left for what follows. */
    public void awaitUninterruptibly(long token) {
        boolean interrupted = false;
        for (long wait = waitNanos(token); wait > 0; wait = waitNanos(token)) {
            waits().park(this, wait);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Asks for a waiting request whose turn has come whether it may be made now; returns the token
     * of any other as it is. To be called once, after {@link #waitNanos} or {@link #await}.
     *
     * @return the token to go on with: of a refused request, which has given back all that it had;
     *     or of an admitted one
     */
    public long proceed(long token) {
        if (!isWaiting(token)) {
            return token;
        }
        long next = protection().resume();
        if (isRefused(next)) {
            leave(token);
        }
        return next;
    }

    /**
     * Makes an admitted request wait, since another guard of the same request does: it gives back
     * its slot of a concurrency limit and the role of a probe, and {@link #proceed} asks for them
     * again.
     *
     * @return the token to go on with; the same one if the request waits already, has none of
     *     these, has waited before, or was admitted before an edit of the resource's rules: it
     *     keeps what it has then
     */
    public long defer(long token) {
        return isRefused(token) || isWaiting(token) || !Token.has(token, Token.HELD)
                ? token
                : protection().defer(token);
    }

    /**
     * Takes back a request that is not made after all: because another guard of it refuses, or its
     * caller has gone before it began. Everything is given back: the place in the line, wherever it
     * stands (of several lines, in the one that made it wait longest, among the first three
     * throttling strategies of the resource); permits of rate limits, unless an edit of the
     * resource's rules is between; the slot of a concurrency limit; the role of a probe. Instead of
     * {@link #release}.
     *
     * <p>If {@link #proceed} has made a waiting request an admitted one, both tokens have to be
     * withdrawn: the later one stands for what the request got when its turn came, the earlier one
     * for what it had while it waited.
     */
    public void withdraw(long token) {
        if (isRefused(token) || token == Token.FREE) {
            return;
        }
        if (isWaiting(token)) {
            leave(token);
        } else {
            protection().withdraw(token);
        }
    }

    /**
     * Ends an admitted request; without effect on a refused one. One that still waits leaves the
     * line if it is cancelled; otherwise circuit breakers hear of it, as of one that was made
     * without asking when its turn came.
     *
     * @param token what {@link #acquire()} of a guard of this resource and direction returned, or
     *     {@link #proceed}
     * @param outcome how the request ended
     */
    public void release(long token, Outcome outcome) {
        if (token > 0 && Token.has(token, Token.DUTIES)) {
            if (!isWaiting(token)) {
                protection().release(token, outcome);
            } else if (outcome == Outcome.CANCELLED) {
                leave(token);
            } else {
                protection().endUnasked(token, outcome);
            }
        }
    }

    private void leave(long waiting) {
        protection();
        Protection waitedFor = resolved.of(waiting);
        if (waitedFor != null) {
            waitedFor.leave(waiting);
        }
    }

    /**
     * Returns why a request was refused.
     *
     * @throws IllegalArgumentException if it was not
     */
    public Rejection rejection(long token) {
        if (!isRefused(token)) {
            throw new IllegalArgumentException("the request was admitted");
        }
        long micros = Token.retryAfterMicros(token);
        Duration retryAfter = micros < 0 ? null : Duration.ofNanos(micros * 1000);
        Check check = resolved.refusing(token);
        return check == null
                ? Rejection.byReplacedRule(resource, retryAfter)
                : Rejection.by(check, resource, retryAfter);
    }

    /**
     * Makes a request if it is admitted; waits on this thread if it is throttled.
     *
     * @return what the request returns
     * @throws RequestRejectedException if it is refused, on arrival or when its turn comes
     * @throws InterruptedException if the thread is interrupted while it waits; the request is not
     *     made then
     * @throws Exception what the request throws
     */
    public <T extends @Nullable Object> T call(Callable<T> request) throws Exception {
        return call(request, SUCCEEDED);
    }

    /**
     * Makes a request as {@link #call(Callable)} does, and has its result say how it ended: a
     * response with the status 503 is a failure, for one.
     *
     * @param outcomeOf what circuit breakers are to hear of a result; if it throws, they hear
     *     nothing, and the exception is thrown
     * @return what the request returns
     * @throws RequestRejectedException if it is refused, on arrival or when its turn comes
     * @throws InterruptedException if the thread is interrupted while it waits; the request is not
     *     made then
     * @throws Exception what the request throws
     */
    public <T extends @Nullable Object> T call(
            Callable<T> request, Function<? super T, Outcome> outcomeOf) throws Exception {
        long token = proceedInTurn(acquireOrThrow());
        T result;
        try {
            result = request.call();
        } catch (Throwable e) {
            release(token, governor.outcomeOf(e));
            throw e;
        }
        Outcome outcome = Outcome.CANCELLED;
        try {
            outcome = outcomeOf.apply(result);
        } finally {
            release(token, outcome);
        }
        return result;
    }

    /**
     * Makes a request if it is admitted; waits on this thread if it is throttled.
     *
     * @throws RequestRejectedException if it is refused
     * @throws InterruptedException if the thread is interrupted while it waits; the request is not
     *     made
     */
    public void run(Runnable request) throws InterruptedException {
        long token = proceedInTurn(acquireOrThrow());
        try {
            request.run();
        } catch (Throwable e) {
            release(token, governor.outcomeOf(e));
            throw e;
        }
        release(token, Outcome.SUCCESS);
    }

    /**
     * Makes an asynchronous request if it is admitted; if it is throttled, later, on a thread of
     * the common pool.
     *
     * <p><b>End:</b> the request ends with its stage, and keeps its slot of a concurrency limit
     * until then. Completing the stage returned in another way, as {@code cancel} and {@code
     * orTimeout} do, gives the request up: one that is still throttled is not made, and of one that
     * is being served circuit breakers hear at once; its stage is left alone, since it may be
     * shared.
     *
     * @return a stage that completes as the request's does; exceptionally with a {@link
     *     RequestRejectedException} if it is refused, and with what the supplier throws
     */
    public <T extends @Nullable Object> CompletionStage<T> callStage(
            Supplier<? extends CompletionStage<T>> request) {
        return callStage(request, SUCCEEDED);
    }

    /**
     * Makes an asynchronous request as {@link #callStage(Supplier)} does, and has its result say
     * how it ended: a response with the status 503 is a failure, for one.
     *
     * @param outcomeOf what circuit breakers are to hear of a result; if it throws, they hear
     *     nothing, and the stage completes with the exception
     */
    public <T extends @Nullable Object> CompletionStage<T> callStage(
            Supplier<? extends CompletionStage<T>> request,
            Function<? super T, Outcome> outcomeOf) {
        long token = acquire();
        if (isRefused(token)) {
            return CompletableFuture.failedFuture(new RequestRejectedException(rejection(token)));
        }
        return new GuardedStage<T>(this, token, request, outcomeOf).start();
    }

    Outcome outcomeOfStage(Throwable error) {
        Throwable cause = error.getCause();
        return governor.outcomeOf(
                error instanceof CompletionException && cause != null ? cause : error);
    }

    /**
     * Guards each subscription to a Mono.
     *
     * <p><b>Signals:</b> those of the source; or {@link RequestRejectedException} at once, without
     * subscribing to it.
     *
     * <p><b>Subscription:</b> decided on at each; if it is throttled, the source is subscribed to
     * later, on a thread of {@code Schedulers.parallel()}.
     *
     * <p><b>Cancellation:</b> ends the request, as completion and an error do, exactly once. It
     * tells a circuit breaker nothing unless an element had been emitted, which makes it a success,
     * or the request had taken longer than {@code maxAllowedRt}, which makes it a slow call. A
     * request that is cancelled before the source is subscribed to is not made.
     *
     * <p>For use with {@code transform} or {@code transformDeferred}. The {@code Context} is kept.
     */
    public <T> Mono<T> protect(Mono<T> source) {
        return protect(source, SUCCEEDED);
    }

    /**
     * Guards each subscription to a Mono as {@link #protect(Mono)} does, and has its element say
     * how the request ended: a response with the status 503 is a failure, for one. A Mono without
     * an element is a success.
     *
     * @param outcomeOf what circuit breakers are to hear of an element; if it throws, they hear
     *     nothing, and the Mono fails with the exception
     */
    public <T> Mono<T> protect(Mono<T> source, Function<? super T, Outcome> outcomeOf) {
        return new GuardedMono<>(source, this, outcomeOf);
    }

    /**
     * Guards each subscription to a Flux, as {@link #protect(Mono)} does. Requests for elements go
     * to the source as they are.
     */
    public <T> Flux<T> protect(Flux<T> source) {
        return new GuardedFlux<>(source, this);
    }

    /** Tells the breakers that a request was given up which has not ended. */
    void tellCancelled(long token) {
        protection().tellCancelled(token);
    }

    /** Returns what would be decided now and why, without deciding it. */
    public GuardExplanation explain() {
        Protection protection = protection();
        return GuardExplainer.explain(
                resource(), protection, resolved.plan.summary(), governor.engine());
    }

    /** Returns what has been decided on the resource. All zero if no rule names it. */
    public ResourceStats stats() {
        return ResourceStats.of(resource, protection());
    }

    Outcome outcomeOf(Throwable error) {
        return governor.outcomeOf(error);
    }

    RequestWaits waits() {
        return governor.engine().waits();
    }

    private long acquireOrThrow() {
        return admittedOrThrow(acquire());
    }

    private long admittedOrThrow(long token) {
        if (isRefused(token)) {
            throw new RequestRejectedException(rejection(token));
        }
        return token;
    }

    private long proceedInTurn(long token) throws InterruptedException {
        try {
            await(token);
        } catch (InterruptedException e) {
            withdraw(token);
            throw e;
        }
        return admittedOrThrow(proceed(token));
    }

    @SuppressWarnings("ReferenceEquality") // the very same plan, whatever it says
    private Protection protection() {
        CompiledPlan plan = plans.current();
        Resolved current = resolved;
        return current.plan == plan ? current.protection : resolve(plan, current);
    }

    @SuppressWarnings("ReferenceEquality") // a protection that stayed
    private Protection resolve(CompiledPlan plan, Resolved current) {
        Protection protection = plan.protection(resource);
        boolean same = protection == current.protection;
        resolved = new Resolved(plan, protection, same ? current.previous : current.protection);
        return protection;
    }

    /** Returns the resource and the direction. */
    @Override
    public String toString() {
        return "Guard[" + resource() + (resource.isInbound() ? "" : ", outbound") + "]";
    }

    /**
     * What a plan says of the resource.
     *
     * @param previous what the plan before it said, since a refusal may be asked for its reason,
     *     and a request may leave the line, a little later
     */
    private record Resolved(
            CompiledPlan plan, Protection protection, @Nullable Protection previous) {

        @Nullable Check refusing(long token) {
            if (Token.isOfSerial(token, protection.serial)) {
                return protection.checks.all().get(Token.check(token));
            }
            return previous != null && Token.isOfSerial(token, previous.serial)
                    ? previous.checks.all().get(Token.check(token))
                    : null;
        }

        /** Returns the protection that makes a request wait, if it is still known. */
        @Nullable Protection of(long waiting) {
            if (Token.isWaitingOf(waiting, protection.serial)) {
                return protection;
            }
            return previous != null && Token.isWaitingOf(waiting, previous.serial)
                    ? previous
                    : null;
        }
    }
}

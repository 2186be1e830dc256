package io.opensergo.governance;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.internal.limiter.CircuitBreaker;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Admission;
import io.opensergo.governance.internal.limiter.Pacer;
import io.opensergo.governance.internal.limiter.ProcessLoad;
import io.opensergo.governance.internal.limiter.RateLimiter;
import org.jspecify.annotations.Nullable;

/**
 * All checks of a resource, in the order in which a request meets them: overload, concurrency, rate
 * limit, throttling, circuit breaker. What an earlier one took is given back when a later one
 * refuses.
 *
 * <p>Immutable; the state is in the limiters and in {@link ResourceState}. A request calls {@link
 * #acquire} and, if it was admitted, {@link #release} of whatever protection its resource has by
 * then.
 *
 * <p>A request that has to wait holds its place in the line and its permits of rate limits, which
 * count arrivals, and nothing of what is for requests that are being made: no slot, and it is no
 * probe. When its turn has come, {@link #resume} asks those checks again that are about the state
 * of the resource and the process. One that leaves before calls {@link #leave} of the very
 * protection that made it wait, since others may have other lines.
 *
 * <p>Each stage calls the next and undoes what it did if that refuses: so what has to be undone is
 * on the stack, and nothing is allocated. The checks are in one array per kind, so that no call is
 * virtual.
 *
 * <p>A stage goes on from two places, when a kind has no check and after each that it has, because
 * few resources have two of a kind: the compiler leaves out what a place never did, and what is
 * left is small enough to be compiled as one piece.
 */
final class Protection {

    /** How long a refusal for overload lasts: overload seldom ends sooner. */
    static final long OVERLOAD_RETRY_NANOS = 1_000_000_000;

    final Checks checks;
    final ResourceState state;
    final int serial;

    private final Check.Overload[] overloads;
    private final Check.Concurrency[] concurrencies;
    private final Check.@Nullable Concurrency tightest;
    private final Check.Rate[] rates;
    private final Check.Quota[] quotas;
    private final Check.Pace[] paces;
    private final Check.Break[] breakers;
    private final ProcessLoad load;
    private final Ticker ticker;
    private final boolean empty;
    private final boolean readsTime;
    private final boolean countsPassed;
    private final long duties;

    /** When it was made; no request that came before has been admitted by it. */
    private final long since;

    /** The step in which a token tells how long a request waits. */
    private final long waitStep;

    Protection(Checks checks, ResourceState state, int serial, ProcessLoad load, Ticker ticker) {
        this.checks = checks;
        this.state = state;
        this.serial = serial;
        this.load = load;
        this.ticker = ticker;
        overloads = checks.overloads();
        concurrencies = checks.concurrencies();
        tightest = checks.tightestConcurrency();
        rates = checks.rates();
        quotas = checks.quotas();
        paces = checks.paces();
        breakers = checks.breakers();
        empty = checks.isEmpty();
        boolean timed = checks.measureTime();
        readsTime = timed || rates.length + quotas.length + paces.length > 0;
        countsPassed = checks.passCounter() == null;
        duties =
                Token.generation(state.generation)
                        | (concurrencies.length > 0 ? Token.IN_FLIGHT : 0)
                        | (breakers.length > 0 ? Token.RECORDED : 0)
                        | (timed ? Token.TIMED : 0);
        since = ticker.nanos();
        waitStep = (checks.longestWait() + 2 * Pacer.RESOLUTION) / Token.SHARES + 1;
    }

    /** Returns whether every request passes, uncounted. */
    boolean isEmpty() {
        return empty;
    }

    /** Decides on a request and returns its {@link Token}. */
    long acquire() {
        if (empty) {
            return Token.FREE;
        }
        long now = readsTime ? ticker.nanos() : 0;
        long token = overloads.length == 0 ? concurrency(now, false) : overload(now, false);
        if (countsPassed && token >= 0) {
            state.passed.increment();
        }
        return token;
    }

    /**
     * Decides on a request whose turn has come, by whatever could have changed while it waited.
     *
     * @return the token of a request that is made now, or of one that was refused
     */
    long resume() {
        if (empty) {
            return Token.FREE;
        }
        long now = ticker.nanos();
        long token = overloads.length == 0 ? concurrency(now, true) : overload(now, true);
        return token < 0 ? token : token | Token.RESUMED;
    }

    private long overload(long now, boolean turn) {
        boolean measured = false;
        for (Check.Overload check : overloads) {
            if (check.control.refuses()) {
                if (!check.shadow) {
                    return refuse(check, OVERLOAD_RETRY_NANOS);
                }
                countShadow(check, turn);
            }
            measured |= check.bbr;
        }
        if (!measured) {
            return concurrency(now, turn);
        }
        load.inFlight().acquire();
        long token = concurrency(now, turn);
        if (Token.has(token, Token.REFUSED | Token.WAITING)) {
            load.inFlight().release();
            return token;
        }
        return token | Token.LOAD;
    }

    private long concurrency(long now, boolean turn) {
        if (concurrencies.length == 0) {
            return afterConcurrency(now, turn);
        }
        for (Check.Concurrency check : concurrencies) {
            if (check.shadow && state.inFlight.count() >= check.max) {
                countShadow(check, turn);
            }
        }
        if (tightest == null) {
            state.inFlight.acquire();
        } else if (!state.inFlight.tryAcquire(tightest.max)) {
            return refuse(tightest, RateLimiter.NEVER);
        }
        long token = afterConcurrency(now, turn);
        if (Token.has(token, Token.REFUSED | Token.WAITING)) {
            state.inFlight.release();
        }
        return token;
    }

    /** One that has waited has its permits and its place. */
    private long afterConcurrency(long now, boolean turn) {
        return turn ? breakers(now) : rates(now);
    }

    /** What a shadow would refuse on arrival would not have waited for its turn. */
    private static void countShadow(Check check, boolean turn) {
        if (!turn) {
            check.counters.shadowRejected.increment();
        }
    }

    private long rates(long now) {
        return rates.length == 0 ? quotas(now) : rate(now, 0);
    }

    private long rate(long now, int index) {
        Check.Rate check = rates[index];
        RateLimiter.Part part = check.limiter.tryAcquire(now);
        if (part == null) {
            if (!check.shadow) {
                return refuse(check, check.limiter.retryAfter(now));
            }
            check.counters.shadowRejected.increment();
            return afterRate(now, index + 1);
        }
        long token = afterRate(now, index + 1);
        if (token < 0) {
            RateLimiter.giveBack(part);
        }
        return token;
    }

    private long afterRate(long now, int next) {
        return next == rates.length ? quotas(now) : rate(now, next);
    }

    private long quotas(long now) {
        return quotas.length == 0 ? paces(now) : quota(now, 0);
    }

    private long quota(long now, int index) {
        Check.Quota check = quotas[index];
        long retryAfter = check.limiter.tryAcquire(now);
        if (retryAfter != 0) {
            if (!check.shadow) {
                return refuse(check, retryAfter);
            }
            check.counters.shadowRejected.increment();
            return afterQuota(now, index + 1);
        }
        long token = afterQuota(now, index + 1);
        if (token < 0) {
            check.limiter.giveBack();
        }
        return token;
    }

    private long afterQuota(long now, int next) {
        return next == quotas.length ? paces(now) : quota(now, next);
    }

    private long paces(long now) {
        return paces.length == 0 ? breakers(now) : pace(now, now, Token.NO_PACER, 0);
    }

    /**
     * A request that several strategies pace starts when the last of them lets it.
     *
     * @param start when it starts by those before
     * @param last the index of the one that lets it start then
     */
    private long pace(long now, long start, int last, int index) {
        Check.Pace check = paces[index];
        long wait = check.pacer.tryAcquire(now);
        if (wait == Pacer.REFUSED) {
            if (!check.shadow) {
                return refuse(check, check.pacer.retryAfter(now));
            }
            check.counters.shadowRejected.increment();
            return afterPace(now, start, last, index + 1);
        }
        boolean later = !check.shadow && wait > start - now;
        long token = afterPace(now, later ? now + wait : start, later ? index : last, index + 1);
        if (token < 0) {
            check.pacer.leave(now, now + wait);
        }
        return token;
    }

    private long afterPace(long now, long start, int last, int next) {
        if (next != paces.length) {
            return pace(now, start, last, next);
        }
        return start == now ? breakers(now) : line(now, start, last);
    }

    /** Lets a request wait for its turn, unless a breaker would refuse it now. */
    private long line(long now, long place, int pacer) {
        for (Check.Break check : breakers) {
            if (!check.shadow && check.breaker.peek(now) == Admission.REFUSE) {
                return refuse(check, check.breaker.retryAfter(now));
            }
        }
        state.waitedNanos.add(place - now);
        return Token.waiting(serial, place, pacer, (place - now + waitStep - 1) / waitStep);
    }

    private long breakers(long now) {
        for (Check.Break check : breakers) {
            if (!check.breaker.isClosed()) {
                return breaker(readsTime ? now : ticker.nanos(), 0, 0);
            }
        }
        return admit(now, 0);
    }

    private long breaker(long now, long flags, int index) {
        if (index == breakers.length) {
            return admit(now, flags);
        }
        Check.Break check = breakers[index];
        long probe = Token.start(now);
        Admission admission = check.breaker.tryAcquire(now, probe);
        if (admission == Admission.PROBE) {
            long token = breaker(now, flags | Token.PROBE | Token.TIMED, index + 1);
            if (token < 0) {
                check.breaker.giveBackProbe(now, probe);
            }
            return token;
        }
        if (admission == Admission.REFUSE) {
            if (!check.shadow) {
                return refuse(check, check.breaker.retryAfter(now));
            }
            check.counters.shadowRejected.increment();
        }
        return breaker(now, flags, index + 1);
    }

    private long admit(long now, long flags) {
        long token = duties | flags;
        return readsTime || flags != 0 ? token | Token.start(now) : token;
    }

    private long refuse(Check check, long retryAfter) {
        check.counters.rejected.increment();
        return Token.refused(serial, check.index, retryAfter);
    }

    /**
     * Gives back what a waiting request has: its place and its permits. For one that this very
     * protection made wait.
     */
    void leave(long waiting) {
        long now = ticker.nanos();
        long place = Token.place(waiting, now);
        long share = Token.share(waiting);
        int pacer = Token.pacer(waiting);
        if (share == 0) {
            leaveLast(place);
        } else if (pacer != Token.NO_PACER) {
            paces[pacer].pacer.leave(now, place);
        }
        giveBackPermits(now, place - share * waitStep);
        if (place - now > 0) {
            state.waitedNanos.add(now - place);
        }
        if (countsPassed) {
            state.passed.decrement();
        }
    }

    /**
     * Takes back a request that was admitted and not made; what it has had while it waited, if it
     * had to, is taken back by {@link #leave}.
     */
    void withdraw(long token) {
        long now = ticker.nanos();
        letGo(token, now);
        if (Token.has(token, Token.RESUMED) || !Token.isOfGeneration(token, state.generation)) {
            return;
        }
        long admitted = Token.admitted(token, now);
        if (readsTime && isMine(admitted)) {
            giveBackPermits(now, admitted);
            leaveLast(admitted);
        }
        if (countsPassed) {
            state.passed.decrement();
        }
    }

    /**
     * Makes an admitted request wait for another guard; returns its token as it is if it was not
     * this protection that admitted it.
     */
    long defer(long token) {
        long now = ticker.nanos();
        long admitted = readsTime ? Token.admitted(token, now) : now;
        if (Token.has(token, Token.RESUMED)
                || !Token.isOfGeneration(token, state.generation)
                || !isMine(admitted)) {
            return token;
        }
        letGo(token, now);
        return Token.waiting(serial, admitted, Token.NO_PACER, 0);
    }

    /** Whether a request that was admitted in a unit of time was admitted by this protection. */
    private boolean isMine(long admitted) {
        return admitted + Pacer.RESOLUTION - 1 - since >= 0;
    }

    /** Gives back what a request has only while it is being made. */
    private void letGo(long token, long now) {
        releaseSlot(token);
        if (Token.has(token, Token.LOAD)) {
            load.inFlight().release();
        }
        long probe = Token.probe(token);
        if (probe != CircuitBreaker.NO_PROBE) {
            for (Check.Break check : breakers) {
                check.breaker.giveBackProbe(now, probe);
            }
        }
    }

    /** Those of shadows stay: it is not known whether they have counted the request. */
    private void giveBackPermits(long now, long admitted) {
        for (Check.Rate check : rates) {
            if (!check.shadow) {
                check.limiter.giveBack(now, admitted);
            }
        }
        for (Check.Quota check : quotas) {
            if (!check.shadow) {
                check.limiter.giveBack(admitted + Pacer.RESOLUTION - 1);
            }
        }
    }

    private void leaveLast(long place) {
        for (Check.Pace check : paces) {
            if (!check.shadow) {
                check.pacer.leaveLast(place);
            }
        }
    }

    private void releaseSlot(long token) {
        if (Token.has(token, Token.IN_FLIGHT) && Token.isOfGeneration(token, state.generation)) {
            state.inFlight.release();
        }
    }

    /**
     * Ends a request that this protection, or one that the resource had before, has admitted.
     *
     * <p>The clock is read before anything is written, since it waits for writes to complete.
     */
    void release(long token, Outcome outcome) {
        boolean recorded = Token.has(token, Token.RECORDED | Token.LOAD);
        long now = recorded ? ticker.nanos() : 0;
        releaseSlot(token);
        if (recorded) {
            record(token, outcome, now);
        }
    }

    private void record(long token, Outcome outcome, long now) {
        long rt = Token.has(token, Token.TIMED) ? Token.sinceStart(token, now) : 0;
        if (Token.has(token, Token.LOAD)) {
            load.inFlight().release();
            if (outcome != Outcome.CANCELLED) {
                load.record(now, rt);
            }
        }
        if (Token.has(token, Token.RECORDED)) {
            tellBreakers(token, outcome, now, rt);
        }
    }

    /** Ends a request that was made although it had not asked again when its turn came. */
    void endUnasked(long waiting, Outcome outcome) {
        long now = ticker.nanos();
        long token = duties | Token.TIMED | Token.start(Token.place(waiting, now));
        if (Token.has(token, Token.RECORDED)) {
            tellBreakers(token, outcome, now, Token.sinceStart(token, now));
        }
    }

    /** Tells the breakers that a request was given up, which has not ended otherwise. */
    void tellCancelled(long token) {
        if (Token.has(token, Token.RECORDED)) {
            long now = ticker.nanos();
            long rt = Token.has(token, Token.TIMED) ? Token.sinceStart(token, now) : 0;
            tellBreakers(token, Outcome.CANCELLED, now, rt);
        }
    }

    /** Returns the calls that a breaker has in its window by now. */
    CircuitBreaker.Window window(Check.Break check) {
        return check.breaker.window(ticker.nanos());
    }

    private void tellBreakers(long token, Outcome outcome, long now, long rt) {
        long probe = Token.probe(token);
        boolean cancelled = outcome == Outcome.CANCELLED;
        boolean failed = outcome.isFailure();
        // A call that began when no time mattered may be slow or not.
        boolean timed = Token.has(token, Token.TIMED);
        for (Check.Break check : breakers) {
            if (cancelled && !(timed && check.breaker.isSlow(rt))) {
                if (probe != CircuitBreaker.NO_PROBE) {
                    check.breaker.giveBackProbe(now, probe);
                }
            } else if (timed || !check.slow) {
                boolean error = failed && check.isError(outcome);
                if (check.slow ? check.breaker.isSlow(rt) : error) {
                    check.counters.bad.increment();
                }
                check.breaker.record(now, rt, error, probe);
            }
        }
    }
}

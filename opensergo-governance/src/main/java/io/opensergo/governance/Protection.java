package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.CircuitBreaker;
import io.opensergo.governance.internal.limiter.CircuitBreaker.Admission;
import io.opensergo.governance.internal.limiter.Pacer;
import io.opensergo.governance.internal.limiter.ProcessLoad;
import io.opensergo.governance.internal.limiter.RateLimiter;
import io.opensergo.governance.time.Ticker;
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
                (concurrencies.length > 0
                                ? Token.IN_FLIGHT | Token.generation(state.generation)
                                : Token.FREE)
                        | (breakers.length > 0 ? Token.RECORDED : 0)
                        | (timed ? Token.TIMED : 0);
    }

    /** Returns whether every request passes, uncounted. */
    boolean isEmpty() {
        return empty;
    }

    /** Decides on a request and returns its {@link Token}. */
    long acquire(boolean inbound) {
        if (empty) {
            return Token.FREE;
        }
        long now = readsTime ? ticker.nanos() : 0;
        return overloads.length == 0 ? concurrency(now) : overload(inbound, now);
    }

    private long overload(boolean inbound, long now) {
        boolean measured = false;
        for (Check.Overload check : overloads) {
            if (!check.appliesTo(inbound)) {
                continue;
            }
            if (check.isOver(load)) {
                if (!check.shadow) {
                    return refuse(check, OVERLOAD_RETRY_NANOS);
                }
                check.counters.shadowRejected.increment();
            }
            measured |= check.bbr;
        }
        if (!measured) {
            return concurrency(now);
        }
        load.inFlight().acquire();
        long token = concurrency(now);
        if (token < 0) {
            load.inFlight().release();
            return token;
        }
        return token | Token.LOAD;
    }

    private long concurrency(long now) {
        if (concurrencies.length == 0) {
            return rates(now);
        }
        for (Check.Concurrency check : concurrencies) {
            if (check.shadow && state.inFlight.count() >= check.max) {
                check.counters.shadowRejected.increment();
            }
        }
        if (tightest == null) {
            state.inFlight.acquire();
        } else if (!state.inFlight.tryAcquire(tightest.max)) {
            return refuse(tightest, RateLimiter.NEVER);
        }
        long token = rates(now);
        if (token < 0) {
            state.inFlight.release();
        }
        return token;
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
        return paces.length == 0 ? breakers(now, now) : pace(now, now, 0);
    }

    /** A request that several strategies pace starts when the last of them lets it. */
    private long pace(long now, long start, int index) {
        Check.Pace check = paces[index];
        long wait = check.pacer.tryAcquire(now);
        if (wait == Pacer.REFUSED) {
            if (!check.shadow) {
                return refuse(check, check.pacer.retryAfter(now));
            }
            check.counters.shadowRejected.increment();
            return afterPace(now, start, index + 1);
        }
        long later = check.shadow || wait <= start - now ? start : now + wait;
        long token = afterPace(now, later, index + 1);
        if (token < 0) {
            check.pacer.giveBack(now, wait);
        }
        return token;
    }

    private long afterPace(long now, long start, int next) {
        return next == paces.length ? breakers(now, start) : pace(now, start, next);
    }

    private long breakers(long now, long start) {
        for (Check.Break check : breakers) {
            if (!check.breaker.isClosed()) {
                return readsTime ? breaker(now, start, 0, 0) : breakerAt(ticker.nanos());
            }
        }
        return admit(now, start, 0);
    }

    private long breakerAt(long now) {
        return breaker(now, now, 0, 0);
    }

    private long breaker(long now, long start, long flags, int index) {
        if (index == breakers.length) {
            return admit(now, start, flags);
        }
        Check.Break check = breakers[index];
        long probe = Token.start(now, start);
        Admission admission = check.breaker.tryAcquire(now, probe);
        if (admission == Admission.PROBE) {
            long token = breaker(now, start, flags | Token.PROBE | Token.TIMED, index + 1);
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
        return breaker(now, start, flags, index + 1);
    }

    private long admit(long now, long start, long flags) {
        if (countsPassed) {
            state.passed.increment();
        }
        long token = duties | flags;
        if (start != now) {
            state.waitedNanos.add(start - now);
            token |= Token.THROTTLED | Token.TIMED;
        }
        return Token.has(token, Token.TIMED) ? token | Token.start(now, start) : token;
    }

    private long refuse(Check check, long retryAfter) {
        check.counters.rejected.increment();
        return Token.refused(serial, check.index, retryAfter);
    }

    /**
     * Ends a request that this protection, or one that the resource had before, has admitted.
     *
     * <p>The clock is read before anything is written, since it waits for writes to complete.
     */
    void release(long token, Outcome outcome) {
        boolean recorded = Token.has(token, Token.RECORDED | Token.LOAD);
        long now = recorded ? ticker.nanos() : 0;
        if (Token.has(token, Token.IN_FLIGHT) && Token.isOfGeneration(token, state.generation)) {
            state.inFlight.release();
        }
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

    /** Tells the breakers that a request was given up, which has not ended otherwise. */
    void tellCancelled(long token) {
        if (Token.has(token, Token.RECORDED)) {
            long now = ticker.nanos();
            long rt = Token.has(token, Token.TIMED) ? Token.sinceStart(token, now) : 0;
            tellBreakers(token, Outcome.CANCELLED, now, rt);
        }
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
                check.breaker.record(now, rt, failed && check.isError(outcome), probe);
            }
        }
    }
}

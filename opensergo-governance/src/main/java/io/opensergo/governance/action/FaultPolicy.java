package io.opensergo.governance.action;

import io.opensergo.governance.internal.sampling.Share;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Faults that a route injects. A delay and an abort are drawn independently, and each is exact over
 * a cycle of requests; a request that gets both is delayed first. Ask for each once per request,
 * not once per attempt. For any number of threads.
 */
public final class FaultPolicy {

    /** So rare that a delay beyond it is a mistake of the sampling and not of the rule. */
    private static final double LONGEST_IN_MEANS = 20;

    private final @Nullable Delay delay;
    private final @Nullable Aborting aborting;
    private final LongAdder delayed;
    private final LongAdder aborted;

    /**
     * A delay.
     *
     * @param nanos how long, or the mean
     * @param random of an exponential distribution, numbers of 0 to below 1; {@code null} for a
     *     delay that is always the same
     */
    private record Delay(long nanos, @Nullable DoubleSupplier random, Share share) {

        long sample() {
            if (random == null) {
                return nanos;
            }
            double means = Math.min(LONGEST_IN_MEANS, -Math.log(1 - random.getAsDouble()));
            return (long) Math.min(Long.MAX_VALUE, means * nanos);
        }
    }

    private record Aborting(FaultAbort abort, Share share) {}

    private FaultPolicy(
            @Nullable Delay delay,
            @Nullable Aborting aborting,
            LongAdder delayed,
            LongAdder aborted) {
        this.delay = delay;
        this.aborting = aborting;
        this.delayed = delayed;
        this.aborted = aborted;
    }

    /** Returns one without faults, to which they are added. */
    public static FaultPolicy none() {
        return new FaultPolicy(null, null, new LongAdder(), new LongAdder());
    }

    /** Returns this, with others that count the requests that are held up and that fail. */
    public FaultPolicy countedBy(LongAdder delayedRequests, LongAdder abortedRequests) {
        return new FaultPolicy(delay, aborting, delayedRequests, abortedRequests);
    }

    /** Returns this with a delay that is always the same, for a share of 0 to 1 of requests. */
    public FaultPolicy withDelay(Duration fixed, double ratio, long seed) {
        return new FaultPolicy(
                new Delay(Durations.nanos(fixed), null, new Share(ratio, seed)),
                aborting,
                delayed,
                aborted);
    }

    /** Returns this with a delay of an exponential distribution. */
    public FaultPolicy withExponentialDelay(Duration mean, double ratio, long seed) {
        return new FaultPolicy(
                new Delay(
                        Durations.nanos(mean),
                        () -> ThreadLocalRandom.current().nextDouble(),
                        new Share(ratio, seed)),
                aborting,
                delayed,
                aborted);
    }

    /** Returns this with an abort, for a share of 0 to 1 of requests. */
    public FaultPolicy withAbort(FaultAbort abort, double ratio, long seed) {
        return new FaultPolicy(
                delay, new Aborting(abort, new Share(ratio, seed)), delayed, aborted);
    }

    /** Returns whether there is a delay for some requests. */
    public boolean hasDelay() {
        return delay != null;
    }

    /** Returns whether there is an abort for some requests. */
    public boolean hasAbort() {
        return aborting != null;
    }

    /**
     * Draws the faults of a request; the object is a new one only if there are some. What {@link
     * #nextDelayNanos()} and {@link #nextAbort()} say is drawn with it.
     */
    public DrawnFaults draw() {
        long delayNanos = nextDelayNanos();
        FaultAbort drawn = nextAbort();
        return delayNanos == 0 && drawn == null
                ? DrawnFaults.NONE
                : new DrawnFaults(delayNanos, drawn);
    }

    /** Returns for how long this request is held up, 0 for not at all. */
    public long nextDelayNanos() {
        if (delay == null || !delay.share().next()) {
            return 0;
        }
        delayed.increment();
        return delay.sample();
    }

    /** Returns how this request fails, or {@code null} if it does not. */
    public @Nullable FaultAbort nextAbort() {
        if (aborting == null || !aborting.share().next()) {
            return null;
        }
        aborted.increment();
        return aborting.abort();
    }

    /** Returns whether the next request is held up if no other comes in between. */
    public boolean delaysNext() {
        return delay != null && delay.share().peek();
    }

    /** Returns whether the next request fails if no other comes in between. */
    public boolean abortsNext() {
        return aborting != null && aborting.share().peek();
    }

    /** Returns what the abort is, for some requests or all, or {@code null} if there is none. */
    public @Nullable FaultAbort abort() {
        return aborting == null ? null : aborting.abort();
    }
}

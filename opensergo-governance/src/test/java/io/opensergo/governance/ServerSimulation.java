package io.opensergo.governance;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.function.ToLongFunction;

/**
 * A server with some processors under a load of requests, in simulated time: Poisson arrivals, a
 * first-come queue without a bound, and clients that give up after a second. What they gave up is
 * still worked at. Each random number follows from the seed.
 */
final class ServerSimulation {

    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000 * MILLI;

    /** After which time an answer is of no use. */
    private static final long TIMEOUT = SECOND;

    /** How long the load is half of what the server can bear, before and after the overload. */
    static final int CALM_SECONDS = 10;

    /** Which requests the server admits, and when it looks at its processors. */
    interface Policy {

        /** Returns the interval of {@link #measured}. */
        long interval();

        /**
         * Takes what the processors did.
         *
         * @param cpu the share of the time since the last call in which they were busy
         */
        void measured(long now, double cpu);

        /** Returns what to give to {@link #end}; negative if the request is refused. */
        long begin(long now);

        /** Ends a request. */
        void end(long now, long token, long nanos);
    }

    /**
     * A mix of requests.
     *
     * @param meanMillis how long they take of a processor on average
     * @param time draws how long one takes
     */
    record Mix(String name, double meanMillis, ToLongFunction<Random> time) {}

    /**
     * What happened in each second.
     *
     * @param good the answers that came in time
     * @param refused the refused requests
     */
    record Outcome(List<Integer> good, List<Integer> refused) {}

    private record Work(long end, long begin, long token) {}

    private final Policy policy;
    private final Mix mix;
    private final int processors;
    private final double overload;
    private final int overloadSeconds;
    private final Random arrivals;
    private final Random times;
    private final int[] good;
    private final int[] refused;
    private final PriorityQueue<Work> running =
            new PriorityQueue<>(Comparator.comparingLong(Work::end));
    private final Queue<Work> waiting = new ArrayDeque<>();
    private long now;
    private long busyNanos;
    private long busyBefore;
    private long measuredAt;

    /**
     * Makes a simulation.
     *
     * @param overload how many times what the server can bear comes
     */
    ServerSimulation(
            Policy policy, Mix mix, int processors, double overload, int seconds, long seed) {
        this.policy = policy;
        this.mix = mix;
        this.processors = processors;
        this.overload = overload;
        this.overloadSeconds = seconds;
        this.arrivals = new Random(seed);
        this.times = new Random(seed + 1);
        good = new int[seconds + 2 * CALM_SECONDS];
        refused = new int[seconds + 2 * CALM_SECONDS];
    }

    /** Returns the requests a second that keep all processors busy. */
    static double capacity(Mix mix, int processors) {
        return processors * 1000 / mix.meanMillis;
    }

    Outcome run() {
        long end = good.length * SECOND;
        long arrival = 0;
        long measurement = policy.interval();
        while (true) {
            long completion = running.isEmpty() ? Long.MAX_VALUE : running.peek().end;
            long next = Math.min(completion, Math.min(arrival, measurement));
            if (next >= end) {
                return new Outcome(listOf(good), listOf(refused));
            }
            busyNanos += running.size() * (next - now);
            now = next;
            if (next == completion) {
                complete(running.remove());
            } else if (next == measurement) {
                measure();
                measurement = now + policy.interval();
            } else {
                arrive();
                arrival = now + untilNextArrival();
            }
        }
    }

    private static List<Integer> listOf(int[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }

    private void arrive() {
        long token = policy.begin(now);
        if (token < 0) {
            refused[second()]++;
        } else if (running.size() < processors) {
            running.add(new Work(now + mix.time.applyAsLong(times), now, token));
        } else {
            waiting.add(new Work(0, now, token));
        }
    }

    private void complete(Work done) {
        policy.end(now, done.token, now - done.begin);
        if (now - done.begin <= TIMEOUT) {
            good[second()]++;
        }
        Work next = waiting.poll();
        if (next != null) {
            running.add(new Work(now + mix.time.applyAsLong(times), next.begin, next.token));
        }
    }

    private void measure() {
        double available = (double) processors * (now - measuredAt);
        policy.measured(now, (busyNanos - busyBefore) / available);
        busyBefore = busyNanos;
        measuredAt = now;
    }

    private long untilNextArrival() {
        boolean calm = second() < CALM_SECONDS || second() >= CALM_SECONDS + overloadSeconds;
        double perSecond = capacity(mix, processors) * (calm ? 0.5 : overload);
        return (long) (-Math.log(1 - arrivals.nextDouble()) * SECOND / perSecond);
    }

    private int second() {
        return (int) (now / SECOND);
    }
}

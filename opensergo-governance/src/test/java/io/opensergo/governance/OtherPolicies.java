package io.opensergo.governance;

import static io.opensergo.governance.ServerSimulation.MILLI;
import static io.opensergo.governance.ServerSimulation.SECOND;

import io.opensergo.governance.ServerSimulation.Policy;

/**
 * How others protect a process from overload, as their documents and sources describe it, and how
 * this project did before.
 */
final class OtherPolicies {

    private OtherPolicies() {}

    /** Refuses everything while the CPU of the last second is above the threshold. */
    static final class AllOrNothing extends Base {

        AllOrNothing(double threshold) {
            super(threshold, SECOND, 0, 1);
        }

        @Override
        boolean refuses(long now) {
            return cpu > threshold;
        }
    }

    /** The highest rate, times the shortest time of a single request: this project before. */
    static final class ShortestTime extends Base {

        ShortestTime(double threshold) {
            super(threshold, SECOND, 0, 100);
        }

        @Override
        boolean refuses(long now) {
            return cpu > threshold && inFlight > 1 && inFlight > window.capacity(now, true);
        }
    }

    /** As before, in a window of a second of two parts: what Sentinel does above a load average. */
    static final class Sentinel extends Base {

        Sentinel(double threshold) {
            super(threshold, SECOND, 0, 2);
        }

        @Override
        boolean refuses(long now) {
            return cpu > threshold && inFlight > 1 && inFlight > window.capacity(now, true);
        }
    }

    /**
     * The lowest mean time of a part of 100 ms, a slow average of the CPU, a second to cool off.
     */
    static final class Kratos extends Base {

        private long firstDrop = -1;

        Kratos(double threshold) {
            super(threshold, 500 * MILLI, 0.95, 100);
        }

        @Override
        boolean refuses(long now) {
            boolean full = inFlight > 1 && inFlight > Math.floor(window.capacity(now, false) + 0.5);
            if (cpu >= threshold) {
                firstDrop = full && firstDrop < 0 ? now : firstDrop;
                return full;
            }
            if (firstDrop >= 0 && now - firstDrop > SECOND) {
                firstDrop = -1;
            }
            return firstDrop >= 0 && full;
        }
    }

    /** As kratos, with the requests in flight averaged and fewer of them the fuller the CPU is. */
    static final class GoZero extends Base {

        private double averageInFlight;
        private long lastOver = -1;
        private boolean dropped;

        GoZero(double threshold) {
            super(threshold, 250 * MILLI, 0.95, 50);
        }

        @Override
        boolean refuses(long now) {
            boolean over = cpu >= threshold;
            lastOver = over ? now : lastOver;
            boolean hot = dropped && lastOver >= 0 && now - lastOver < SECOND;
            dropped &= over || hot;
            double factor = Math.max(0.1, Math.min(1, (1 - cpu) / (1 - threshold)));
            double most = Math.max(1, window.capacity(now, false)) * factor;
            boolean full = averageInFlight > most && inFlight > most;
            dropped |= (over || hot) && full;
            return (over || hot) && full;
        }

        @Override
        public void end(long now, long token, long nanos) {
            super.end(now, token, nanos);
            averageInFlight = 0.9 * averageInFlight + 0.1 * inFlight;
        }
    }

    /** Counts requests in flight and averages the CPU. */
    private abstract static class Base implements Policy {

        final double threshold;
        final Window window;
        double cpu;
        long inFlight;
        private final long interval;
        private final double decay;

        Base(double threshold, long interval, double decay, int parts) {
            this.threshold = threshold;
            this.interval = interval;
            this.decay = decay;
            this.window = new Window(parts == 2 ? 500 * MILLI : 100 * MILLI, parts);
        }

        abstract boolean refuses(long now);

        @Override
        public long interval() {
            return interval;
        }

        @Override
        public void measured(long now, double newest) {
            cpu = decay * cpu + (1 - decay) * newest;
        }

        @Override
        public long begin(long now) {
            if (refuses(now)) {
                return -1;
            }
            inFlight++;
            return 0;
        }

        @Override
        public void end(long now, long token, long nanos) {
            inFlight--;
            window.add(now, nanos);
        }
    }

    /** The parts of a sliding window, of which the newest is not looked at. */
    private static final class Window {

        private final long length;
        private final long[] number;
        private final long[] calls;
        private final double[] sum;
        private final double[] shortest;
        private long knownFor = -1;
        private double known;

        Window(long length, int parts) {
            this.length = length;
            number = new long[parts + 1];
            calls = new long[parts + 1];
            sum = new double[parts + 1];
            shortest = new double[parts + 1];
        }

        void add(long now, long nanos) {
            int i = (int) (now / length % number.length);
            if (number[i] != now / length) {
                number[i] = now / length;
                calls[i] = 0;
                sum[i] = 0;
                shortest[i] = nanos;
            }
            calls[i]++;
            sum[i] += nanos;
            shortest[i] = Math.min(shortest[i], (double) nanos);
        }

        /** Returns the highest rate times the lowest time; infinite if nothing is known. */
        double capacity(long now, boolean ofSingleRequests) {
            long newest = now / length;
            if (knownFor != newest) {
                knownFor = newest;
                double rate = 0;
                double time = Double.POSITIVE_INFINITY;
                for (int i = 0; i < number.length; i++) {
                    if (calls[i] > 0 && number[i] < newest && number[i] > newest - number.length) {
                        rate = Math.max(rate, (double) calls[i]);
                        double part = ofSingleRequests ? shortest[i] : sum[i] / calls[i];
                        time = Math.min(time, part);
                    }
                }
                known = rate == 0 ? Double.POSITIVE_INFINITY : rate * time / length;
            }
            return known;
        }
    }
}

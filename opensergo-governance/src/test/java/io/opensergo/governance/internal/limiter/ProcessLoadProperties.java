package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class ProcessLoadProperties {

    private static final long PART = Times.SECOND / 2;
    private static final long WINDOW = 10 * Times.SECOND;

    @Property(tries = 150, seed = "1641", edgeCases = EdgeCasesMode.NONE)
    void theCapacityIsTheHighestRateTimesTheLowestMeanTime(@ForAll("traces") Trace trace) {
        var load = new ProcessLoad();
        var model = new Model();
        long now = trace.start;

        for (Step step : trace.steps) {
            now += step.nanos;
            load.record(now, step.rt);
            model.record(now, step.rt);
            assertThat(load.capacity()).isEqualTo(model.capacity());
        }
    }

    @Provide
    Arbitrary<Trace> traces() {
        Arbitrary<Long> rts =
                Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.longs().between(0, 2 * Times.SECOND)),
                        Tuple.of(4, Arbitraries.longs().between(0, 5_000)),
                        Tuple.of(1, Arbitraries.of(Times.DAY, 10 * Times.DAY)));
        Arbitrary<Long> steps =
                Arbitraries.frequencyOf(
                        Tuple.of(10, Arbitraries.longs().between(0, PART / 3)),
                        Tuple.of(3, Arbitraries.longs().between(0, 5 * PART)),
                        Tuple.of(1, Times.steps(WINDOW)));
        return Combinators.combine(
                        Times.starts(),
                        Combinators.combine(steps, rts).as(Step::new).list().ofMaxSize(150))
                .as(Trace::new);
    }

    private record Step(long nanos, long rt) {}

    private record Trace(long start, List<Step> steps) {}

    /** What {@link ProcessLoad} says of its capacity, with a list of calls. */
    private static final class Model {

        private record Part(long begin, List<Long> rts) {}

        private final List<Part> ended = new ArrayList<>();
        private Part newest;

        void record(long now, long rt) {
            if (newest != null && newest.begin - now >= WINDOW) {
                ended.clear();
                newest = null;
            }
            if (newest == null) {
                newest = new Part(now, new ArrayList<>());
            } else if (now - newest.begin >= PART) {
                ended.add(newest);
                ended.removeIf(part -> now - part.begin >= WINDOW);
                newest = new Part(now, new ArrayList<>());
            }
            newest.rts.add(rt);
        }

        double capacity() {
            if (ended.isEmpty()) {
                return Double.POSITIVE_INFINITY;
            }
            long mostCalls = ended.stream().mapToLong(part -> part.rts.size()).max().orElseThrow();
            double shortest =
                    ended.stream()
                            .mapToDouble(part -> (double) sumOfMicros(part) / part.rts.size())
                            .min()
                            .orElseThrow();
            return mostCalls * shortest * 1000 / PART;
        }

        /** There is room for twelve days. */
        private static long sumOfMicros(Part part) {
            long sum = part.rts.stream().mapToLong(rt -> Math.max(1, (rt + 999) / 1000)).sum();
            return Math.min(sum, (1L << 40) - 1);
        }
    }
}

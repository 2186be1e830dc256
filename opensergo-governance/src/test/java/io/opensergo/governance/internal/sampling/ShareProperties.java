package io.opensergo.governance.internal.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A share is exact over each cycle. */
class ShareProperties {

    private static long selected(Share share, long requests) {
        long count = 0;
        for (long i = 0; i < requests; i++) {
            count += share.next() ? 1 : 0;
        }
        return count;
    }

    @Property(tries = 300, seed = "20261201")
    void percentsAreExactOverEachHundredRequests(
            @ForAll @IntRange(max = 100) int percent, @ForAll long seed) {
        var share = new Share(percent / 100.0, seed);

        for (int cycle = 0; cycle < 3; cycle++) {
            long length = Math.min(100, share.cycle());
            assertThat(selected(share, share.cycle()) * 100).isEqualTo(percent * share.cycle());
            assertThat(100 % length == 0 || length > 50).isTrue();
        }
    }

    @Property(tries = 50, seed = "20261202")
    void millionthsAreExactOverACycle(
            @ForAll @IntRange(min = 1, max = 1_000_000) int parts, @ForAll long seed) {
        var share = new Share(parts / 1e6, seed);

        assertThat(selected(share, share.cycle()) * 1_000_000).isEqualTo(parts * share.cycle());
    }

    @Property(tries = 100, seed = "20261203")
    void whatIsToldOfTheNextIsWhatItGets(
            @ForAll @IntRange(max = 1000) int parts, @ForAll long seed) {
        var share = new Share(parts / 1000.0, seed);

        for (int i = 0; i < 200; i++) {
            boolean told = share.peek();
            assertThat(share.next()).isEqualTo(told);
        }
    }

    @Example
    void lessThanAMillionthIsOneOfAMillion() {
        var share = new Share(1e-9, 1);

        assertThat(share.cycle()).isEqualTo(1_000_000);
        assertThat(selected(share, 1_000_000)).isEqualTo(1);
    }

    @Example
    void noneAndAllNeedNoCycle() {
        assertThat(selected(new Share(0, 1), 1000)).isZero();
        assertThat(selected(new Share(1, 1), 1000)).isEqualTo(1000);
    }

    @Example
    void isExactForThreadsTogether() {
        var share = new Share(0.07, 3);
        var count = new AtomicInteger();

        IntStream.range(0, 10_000)
                .parallel()
                .forEach(
                        i -> {
                            if (share.next()) {
                                count.incrementAndGet();
                            }
                        });

        assertThat(count).hasValue(700);
    }
}

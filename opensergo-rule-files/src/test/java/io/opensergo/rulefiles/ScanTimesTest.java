package io.opensergo.rulefiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScanTimesTest {

    private static final DirectoryListing NOTHING =
            new DirectoryListing(
                    new TreeMap<>(),
                    new TreeMap<>(),
                    new TreeSet<>(),
                    new TreeMap<>(),
                    new TreeMap<>());

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final ScanTimes times = new ScanTimes(nanos::get);

    @Test
    void quickScanIsNotWorthAWord() {
        assertThat(scan(Duration.ofMillis(10), Duration.ofMillis(20))).isNull();
    }

    @Test
    void slowScanNamesTheFileThatTookTheTime() {
        assertThat(scan(Duration.ofMillis(10), Duration.ofMillis(2_000)))
                .contains("A scan of rules took 2010 ms")
                .contains("10 ms to list 0 rule files")
                .contains("2000 ms for the slowest file, rules/slow.yaml");
    }

    @Test
    void slowScansAreReportedOnceAMinute() {
        assertThat(scan(Duration.ofSeconds(2), Duration.ZERO)).isNotNull();
        assertThat(scan(Duration.ofSeconds(2), Duration.ZERO)).isNull();
        nanos.addAndGet(ScanTimes.SILENCE.toNanos());
        assertThat(scan(Duration.ofSeconds(2), Duration.ZERO)).isNotNull();
    }

    private @Nullable String scan(Duration listing, Duration slowFile) {
        times.begin();
        nanos.addAndGet(listing.toNanos());
        times.listed();
        times.looked(Path.of("rules", "quick.yaml"));
        nanos.addAndGet(slowFile.toNanos());
        times.looked(Path.of("rules", "slow.yaml"));
        return times.end(Path.of("rules"), NOTHING);
    }
}

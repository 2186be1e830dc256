package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogLimitTest {

    private final List<String> lines = new ArrayList<>();
    private long now;

    private LogLimit limit(int lines, LogLimit ofAll) {
        return new LogLimit(lines, 60, ofAll, () -> now);
    }

    private void log(LogLimit limit, int times) {
        for (int i = 0; i < times; i++) {
            limit.log(more -> lines.add("line" + more));
        }
    }

    @Test
    void aBurstIsLoggedAndTheRestIsCounted() {
        LogLimit limit = limit(2, null);

        log(limit, 1000);
        assertThat(lines).containsExactly("line", "line");

        now = TimeUnit.SECONDS.toNanos(30);
        log(limit, 1);
        assertThat(lines).last().isEqualTo("line (998 lines like this were left out)");
    }

    @Test
    void severalAreBoundedTogether() {
        LogLimit ofAll = limit(3, null);

        log(limit(2, ofAll), 10);
        log(limit(2, ofAll), 10);

        assertThat(lines).hasSize(3);
    }
}

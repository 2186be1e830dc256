package io.opensergo.governance.internal.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * All that runs on the processors that this process may run on, by the statistics of Linux. Of a
 * machine whose other processors are busy it knows nothing, and need not.
 */
final class MachineCpu implements CpuCounter {

    static final Path STATISTICS = Path.of("proc/stat");

    private static final String ALLOWED = "Cpus_allowed_list:";

    private static final int IDLE = 4;
    private static final int WAITING_FOR_DISK = 5;

    /** Beyond it stands the time of guests, which the first columns have in them already. */
    private static final int LAST_COLUMN = 8;

    private final Path statistics;
    private final Path status;
    private long lastBusy;
    private long lastTotal = -1;
    private long busy;
    private long total;

    MachineCpu(Path root) {
        statistics = root.resolve(STATISTICS);
        status = root.resolve("proc/self/status");
    }

    @Override
    public double sinceLast(long passed) {
        long busyBefore = lastBusy;
        long totalBefore = lastTotal;
        try {
            read();
        } catch (IOException | NumberFormatException e) {
            lastTotal = -1; // not known now, and no difference to the next time
            return -1;
        }
        lastBusy = busy;
        lastTotal = total;
        return totalBefore < 0 || total <= totalBefore
                ? -1
                : Math.max(0, busy - busyBefore) / (double) (total - totalBefore);
    }

    private void read() throws IOException {
        BitSet allowed = allowed(Files.readAllLines(status));
        busy = 0;
        total = 0;
        for (String line : Files.readAllLines(statistics)) {
            if (line.startsWith("cpu") && line.length() > 3 && line.charAt(3) != ' ') {
                String[] columns = line.split(" +", -1);
                if (allowed.isEmpty() || allowed.get(Integer.parseInt(columns[0].substring(3)))) {
                    add(columns);
                }
            }
        }
    }

    private void add(String[] columns) {
        for (int i = 1; i < columns.length && i <= LAST_COLUMN; i++) {
            long ticks = Long.parseLong(columns[i]);
            total += ticks;
            busy += i == IDLE || i == WAITING_FOR_DISK ? 0 : ticks;
        }
    }

    /** Returns the processors of a list such as {@code 0-3,8}; none if the status has no list. */
    private static BitSet allowed(List<String> status) {
        BitSet allowed = new BitSet();
        for (String line : status) {
            if (line.startsWith(ALLOWED)) {
                for (String range : line.substring(ALLOWED.length()).trim().split(",", -1)) {
                    int dash = range.indexOf('-');
                    int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                    int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
                    allowed.set(first, last + 1);
                }
            }
        }
        return allowed;
    }
}

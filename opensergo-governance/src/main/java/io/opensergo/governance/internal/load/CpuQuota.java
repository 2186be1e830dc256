package io.opensergo.governance.internal.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The CPU quota of the control groups that this process is in, of version 1 or 2: the smallest on
 * the way from its group up to the root. It may be a fraction of a processor, and may be edited
 * while the process runs, so it is read again every few seconds. Confined to one thread at a time.
 */
final class CpuQuota {

    private static final long REFRESH = 5_000_000_000L;

    private final Path groups;
    private final Path ownGroups;
    private long age = REFRESH;
    private double cpus = Double.POSITIVE_INFINITY;
    private @Nullable Path usage;

    CpuQuota(Path root) {
        groups = root.resolve("sys/fs/cgroup");
        ownGroups = root.resolve("proc/self/cgroup");
        refresh(0);
    }

    /** Reads the quota again if it is time. */
    void refresh(long passed) {
        age += passed;
        if (age < REFRESH) {
            return;
        }
        age = 0;
        cpus = Double.POSITIVE_INFINITY;
        usage = null;
        for (String line : lines(ownGroups)) {
            // hierarchy:controllers:path; version 2 has no controllers
            String[] parts = line.split(":", 3);
            if (parts.length == 3) {
                find(Arrays.asList(parts[1].split(",", -1)), parts[1], parts[2]);
            }
        }
    }

    boolean isLimited() {
        return cpus != Double.POSITIVE_INFINITY;
    }

    /**
     * Returns the processors that the quota leaves of a number of them, maybe a fraction of one.
     */
    double atMost(double processors) {
        return Math.min(processors, cpus);
    }

    /** Returns the CPU time that all in the limited group have used; negative if not known. */
    long usedNanos() {
        if (usage == null) {
            return -1;
        }
        for (String line : lines(usage)) {
            if (line.startsWith("usage_usec ")) {
                return number(line.substring(11), -1) * 1000;
            }
            if (!line.contains(" ")) {
                return number(line, -1);
            }
        }
        return -1;
    }

    private void find(List<String> controllers, String mount, String path) {
        if (mount.isEmpty()) {
            Path unified = groups.resolve("unified");
            findIn(Files.isDirectory(unified) ? unified : groups, null, path);
        } else if (controllers.contains("cpu")) {
            findIn(mounted(mount, "cpu"), mounted(mount, "cpuacct"), path);
        }
    }

    /** Controllers of version 1 are mounted together, or each for itself. */
    private Path mounted(String together, String controller) {
        Path all = groups.resolve(together);
        return Arrays.asList(together.split(",", -1)).contains(controller) && Files.isDirectory(all)
                ? all
                : groups.resolve(controller);
    }

    /** In a container the path may be one of the host's, which is not there: its root is. */
    private void findIn(Path root, @Nullable Path accounts, String path) {
        Path group = root.resolve(path.substring(path.startsWith("/") ? 1 : 0)).normalize();
        for (Path each = group; each != null && each.startsWith(root); each = each.getParent()) {
            double limit = accounts == null ? limit2(each) : limit1(each);
            if (limit < cpus) {
                cpus = limit;
                usage =
                        accounts == null
                                ? each.resolve("cpu.stat")
                                : accounts.resolve(root.relativize(each)).resolve("cpuacct.usage");
            }
        }
    }

    private static double limit1(Path group) {
        List<String> quota = lines(group.resolve("cpu.cfs_quota_us"));
        List<String> period = lines(group.resolve("cpu.cfs_period_us"));
        return quota.isEmpty() || period.isEmpty()
                ? Double.POSITIVE_INFINITY
                : limit(quota.get(0), period.get(0));
    }

    private static double limit2(Path group) {
        List<String> lines = lines(group.resolve("cpu.max"));
        String[] parts = lines.isEmpty() ? new String[0] : lines.get(0).split(" ", -1);
        return parts.length < 2 ? Double.POSITIVE_INFINITY : limit(parts[0], parts[1]);
    }

    /** No quota is -1 in version 1 and "max" in version 2. */
    private static double limit(String quota, String period) {
        long micros = number(quota, -1);
        long of = number(period, -1);
        return micros <= 0 || of <= 0 ? Double.POSITIVE_INFINITY : micros / (double) of;
    }

    private static long number(String text, long otherwise) {
        try {
            return Long.parseLong(text.trim());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // not there, or not readable: no limit, as for the Java runtime
        }
    }
}

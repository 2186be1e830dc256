package io.opensergo.governance;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The measures of the Java runtime. */
final class RuntimeLoadMetrics implements LoadMetrics {

    private final java.lang.management.OperatingSystemMXBean system =
            ManagementFactory.getOperatingSystemMXBean();

    @Override
    public double cpu() {
        return system instanceof OperatingSystemMXBean known
                ? Math.max(known.getCpuLoad(), known.getProcessCpuLoad())
                : -1;
    }

    @Override
    public double loadAverage() {
        return system.getSystemLoadAverage();
    }
}

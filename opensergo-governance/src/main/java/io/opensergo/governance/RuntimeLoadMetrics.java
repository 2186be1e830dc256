package io.opensergo.governance;

import io.opensergo.governance.internal.load.CpuMeter;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;

/** The measures of the Java runtime; those of one process measure its CPU together. */
final class RuntimeLoadMetrics implements LoadMetrics {

    private final OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();

    @Override
    public double cpu() {
        return CpuMeter.ofProcess().usage();
    }

    @Override
    public double loadAverage() {
        return system.getSystemLoadAverage();
    }
}

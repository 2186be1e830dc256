package io.opensergo.governance.internal.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * What tells how busy the CPU is: the time that this process has used, and what others have used of
 * the same processors. If a quota limits them, those others are the ones who share the quota; else
 * they are all processes on the processors that this one is allowed to run on.
 */
final class CpuCounters {

    private static final Path ROOT = Path.of("/");

    private CpuCounters() {}

    static List<CpuCounter> ofThisProcess() {
        var system = ManagementFactory.getOperatingSystemMXBean();
        List<CpuCounter> counters = new ArrayList<>();
        CpuQuota quota = new CpuQuota(ROOT);
        if (system instanceof OperatingSystemMXBean known) {
            counters.add(
                    new Used(
                            known::getProcessCpuTime,
                            () -> quota.atMost(known.getAvailableProcessors())));
        }
        if (Files.isReadable(ROOT.resolve(MachineCpu.STATISTICS))) {
            counters.add(new SharedCpu(quota, new MachineCpu(ROOT)));
        } else if (system instanceof OperatingSystemMXBean known) {
            // What others read in between makes it less exact, which the first counter makes up
            // for.
            counters.add(passed -> known.getCpuLoad());
        }
        return counters;
    }

    /** A counter of nanoseconds on some number of processors. */
    static final class Used implements CpuCounter {

        private final LongSupplier nanos;
        private final DoubleSupplier cpus;
        private long last = -1;

        Used(LongSupplier nanos, DoubleSupplier cpus) {
            this.nanos = nanos;
            this.cpus = cpus;
        }

        @Override
        public double sinceLast(long passed) {
            long before = last;
            last = nanos.getAsLong();
            return before < 0 || last < before || passed <= 0
                    ? -1
                    : (last - before) / (passed * cpus.getAsDouble());
        }
    }

    /** All who share the quota, if there is one, or else the processors. */
    private static final class SharedCpu implements CpuCounter {

        private final CpuQuota quota;
        private final CpuCounter ofQuota;
        private final CpuCounter ofMachine;

        SharedCpu(CpuQuota quota, CpuCounter ofMachine) {
            this.quota = quota;
            this.ofQuota = new Used(quota::usedNanos, () -> quota.atMost(Integer.MAX_VALUE));
            this.ofMachine = ofMachine;
        }

        @Override
        public double sinceLast(long passed) {
            quota.refresh(passed);
            double used = ofQuota.sinceLast(passed);
            double machine = ofMachine.sinceLast(passed);
            return quota.isLimited() ? used : machine;
        }
    }
}

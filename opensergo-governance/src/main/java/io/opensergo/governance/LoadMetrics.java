package io.opensergo.governance;

/**
 * Measures how busy the machine is, for overload protection. Called about ten times a second on a
 * thread that may block, and only while a rule asks for it.
 *
 * <p>Requests are refused by what was measured last, so an average over much more than half a
 * second makes overload protection act late, and swing.
 */
public interface LoadMetrics {

    /** Returns the share of the CPU in use, from 0 to 1; negative if it is not known. */
    double cpu();

    /** Returns the load average of the system over one minute; negative if it is not known. */
    double loadAverage();

    /**
     * Returns the measures of the Java runtime and, on Linux, of the kernel. The CPU is an average
     * over about half a second: the greater of what this process uses and of what all use together,
     * as a share of the CPU it may use, which is what a CPU quota of its container leaves, or else
     * the processors that it is allowed to run on. Governors of one process share the measurement,
     * and it does not matter who else measures the CPU.
     */
    static LoadMetrics ofRuntime() {
        return new RuntimeLoadMetrics();
    }
}

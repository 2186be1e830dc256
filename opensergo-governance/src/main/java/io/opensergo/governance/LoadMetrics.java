package io.opensergo.governance;

/**
 * Measures how busy the machine is, for overload protection. Called about once a second on a thread
 * that may block, and only while a rule asks for it.
 */
public interface LoadMetrics {

    /** Returns the share of the CPU in use, from 0 to 1; negative if it is not known. */
    double cpu();

    /** Returns the load average of the system over one minute; negative if it is not known. */
    double loadAverage();

    /**
     * Returns the measures of the Java runtime, which knows the limits of a container: the CPU is
     * the greater of that of the system and that of the process.
     */
    static LoadMetrics ofRuntime() {
        return new RuntimeLoadMetrics();
    }
}

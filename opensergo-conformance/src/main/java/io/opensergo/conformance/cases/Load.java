package io.opensergo.conformance.cases;

/**
 * How busy a machine is.
 *
 * @param cpu the share of the CPU in use, 0 to 1
 * @param loadAverage the load average over one minute, 0 or more
 */
public record Load(double cpu, double loadAverage) {

    /** Nothing to do. */
    public static final Load IDLE = new Load(0, 0);
}

package io.opensergo.conformance.cases;

/**
 * The process that decides, and what surrounds it.
 *
 * @param instances how many instances of the application share its limits, at least 1
 * @param load how busy the machine is before the first step
 */
public record Application(int instances, Load load) {

    /** An application of one instance on an idle machine. */
    public static final Application DEFAULT = new Application(1, Load.IDLE);
}

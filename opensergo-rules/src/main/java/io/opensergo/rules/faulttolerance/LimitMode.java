package io.opensergo.rules.faulttolerance;

import io.opensergo.rules.Written;

/** Whose calls a limit counts. */
public enum LimitMode {
    /** Those of one instance. */
    @Written(as = "Local")
    LOCAL,
    /** Those of all instances of the application together. */
    @Written(as = "Global")
    GLOBAL,
    /** Those of one instance, against the limit divided by the number of instances. */
    @Written(as = "GlobalToLocal")
    GLOBAL_TO_LOCAL
}

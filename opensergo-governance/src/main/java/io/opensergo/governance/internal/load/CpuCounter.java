package io.opensergo.governance.internal.load;

/** Counts the use of some processors. Confined to one thread at a time. */
interface CpuCounter {

    /**
     * Returns the share in use since the last call; negative or not a number if it is not known, as
     * at the first call.
     *
     * @param passed how many nanoseconds have passed since then
     */
    double sinceLast(long passed);
}

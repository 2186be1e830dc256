package io.opensergo.proto;

import org.jspecify.annotations.Nullable;

/** Unsigned 32-bit numbers, of which records hold those that are ints. */
final class UnsignedInts {

    /** The -1 of a server that marks what is not set, as it arrives in an unsigned field. */
    private static final int MINUS_ONE = -1;

    private UnsignedInts() {}

    static int toInt(String field, int unsigned) {
        if (unsigned < 0) {
            throw MessageFaults.invalid(
                    field,
                    "must be at most " + Integer.MAX_VALUE,
                    Integer.toUnsignedString(unsigned));
        }
        return unsigned;
    }

    /** Returns an optional number, or {@code null} if it is the -1 that means not set. */
    static @Nullable Integer toIntIfSet(String field, int unsigned) {
        return unsigned == MINUS_ONE ? null : toInt(field, unsigned);
    }
}

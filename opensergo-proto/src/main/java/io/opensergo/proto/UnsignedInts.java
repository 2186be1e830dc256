package io.opensergo.proto;

/** Unsigned 32-bit numbers, of which records hold those that are ints. */
final class UnsignedInts {

    private UnsignedInts() {}

    static int toInt(String field, int unsigned) {
        if (unsigned < 0) {
            throw Faults.invalid(
                    field,
                    "must be at most " + Integer.MAX_VALUE,
                    Integer.toUnsignedString(unsigned));
        }
        return unsigned;
    }
}

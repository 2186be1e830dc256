package io.opensergo.proto;

import io.opensergo.rules.faulttolerance.LimitMode;
import java.util.function.Consumer;

/** Limit modes by number, which are the same in each message that has one. */
final class LimitModes {

    private static final int LOCAL = 1;
    private static final int GLOBAL = 2;

    private LimitModes() {}

    /** Global to local is global to a client that does not know it: its limit is a global one. */
    static int toNumber(LimitMode mode) {
        return mode == LimitMode.LOCAL ? LOCAL : GLOBAL;
    }

    /** Not set, 0 or less, is local: the public control plane sends nothing else. */
    static LimitMode of(int number, Consumer<String> warnings) {
        if (number == GLOBAL) {
            return LimitMode.GLOBAL;
        }
        if (number > GLOBAL) {
            warnings.accept("limitMode " + number + " is not known and taken for Local");
        }
        return LimitMode.LOCAL;
    }
}

package io.opensergo.client;

import io.opensergo.api.RejectedRule;
import io.opensergo.client.PushEvent.Result;
import io.opensergo.rules.Rule;
import java.util.List;

/**
 * A push as it was read.
 *
 * @param rules what is to be in force by it, last good rules in place of bad ones among them
 * @param rejected the rules that cannot be used
 * @param usable whether any of the push can be used
 * @param result what is told of it; {@link Result#ACCEPTED} may turn out to be no news
 * @param goodRules how many rules of the push can be used
 * @param badRules how many cannot, if it could be read
 * @param decodeNanos how long it took to decode; 0 if it was not
 * @param code the status of the answer, of {@code WireStatus}
 * @param reason why not all of it can be used; empty if it can
 */
record ReadPush<R extends Rule>(
        List<R> rules,
        List<RejectedRule> rejected,
        boolean usable,
        Result result,
        int goodRules,
        int badRules,
        long decodeNanos,
        int code,
        String reason) {

    /** Nothing of it can be used: the rules stay as they are, and say so. */
    static <R extends Rule> ReadPush<R> refused(
            List<R> known, Result result, int code, String reason) {
        return new ReadPush<>(
                known,
                List.of(new RejectedRule(null, reason, false)),
                false,
                result,
                0,
                0,
                0,
                code,
                reason);
    }

    boolean isAccepted() {
        return result == Result.ACCEPTED;
    }

    /**
     * Returns what is told of it.
     *
     * @param changesNothing whether all of it was in force before
     */
    Result result(boolean changesNothing) {
        return result == Result.ACCEPTED && changesNothing ? Result.UNCHANGED : result;
    }
}

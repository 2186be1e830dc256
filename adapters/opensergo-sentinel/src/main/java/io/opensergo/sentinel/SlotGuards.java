package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.context.Context;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.util.function.BiConsumer;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.TrafficDirection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The guards of a resource: of each governor with rules for it, one for requests that come in and
 * one for those that go out. Immutable.
 */
final class SlotGuards {

    private final Guard[] inbound;
    private final Guard[] outbound;

    private SlotGuards(Guard[] inbound, Guard[] outbound) {
        this.inbound = inbound;
        this.outbound = outbound;
    }

    static SlotGuards of(List<Governor> governors, String resource) {
        return new SlotGuards(
                guards(governors, resource, TrafficDirection.INBOUND),
                guards(governors, resource, TrafficDirection.OUTBOUND));
    }

    private static Guard[] guards(
            List<Governor> governors, String resource, TrafficDirection direction) {
        return governors.stream()
                .map(governor -> governor.guard(resource, direction))
                .toArray(Guard[]::new);
    }

    /**
     * Admits a request or refuses it, and waits if all admit it and one of them is throttling. An
     * admitted one ends with its entry, on whatever thread that exits.
     */
    void enter(Context context, EntryType type) throws OpenSergoBlockException {
        Guard[] guards = type == EntryType.IN ? inbound : outbound;
        long[] tokens = new long[guards.length];
        for (int i = 0; i < guards.length; i++) {
            tokens[i] = guards[i].acquire();
            if (Guard.isRefused(tokens[i])) {
                throw new OpenSergoBlockException(guards[i].rejection(tokens[i]));
            }
            context.getCurEntry().whenTerminate(new Exit(guards[i], tokens[i]));
        }
        for (int i = 0; i < guards.length; i++) {
            await(guards[i], tokens[i]);
        }
    }

    /**
     * Waits as Sentinel's own rate limiter does, on the thread of the request, and to the end: an
     * interrupt is left for the request to meet, since an entry cannot tell of one.
     */
    private static void await(Guard guard, long token) {
        boolean interrupted = false;
        for (long wait = guard.waitNanos(token); wait > 0; wait = guard.waitNanos(token)) {
            LockSupport.parkNanos(guard, wait);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends a request with its entry. Sentinel has no place for a token in an entry but this, and
     * calls it exactly once, also when a later slot refuses.
     */
    private record Exit(Guard guard, long token) implements BiConsumer<Context, Entry> {

        @Override
        public void accept(Context context, Entry entry) {
            guard.release(token, outcome(entry));
        }

        private static Outcome outcome(Entry entry) {
            if (entry.getBlockError() != null) {
                return Outcome.CANCELLED;
            }
            Throwable error = entry.getError();
            return error == null || isRefusal(error) ? Outcome.SUCCESS : Outcome.failure(error);
        }

        /** A refusal of something inside says nothing of this resource. */
        private static boolean isRefusal(Throwable error) {
            return error instanceof RequestRejectedException
                    || BlockException.isBlockException(error);
        }
    }
}

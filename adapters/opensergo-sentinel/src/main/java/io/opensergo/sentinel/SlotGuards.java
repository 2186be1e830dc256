package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.context.Context;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.util.function.BiConsumer;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Rejection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The guards of a resource, of each application with rules for it: those that all entries meet, and
 * those of the process that only what comes in meets before. Immutable.
 */
final class SlotGuards {

    private final Guard[] inbound;
    private final Guard[] outbound;

    private SlotGuards(Guard[] inbound, Guard[] outbound) {
        this.inbound = inbound;
        this.outbound = outbound;
    }

    static SlotGuards of(List<Guard> ofProcess, List<Guard> ofResource) {
        return new SlotGuards(
                Stream.concat(ofProcess.stream(), ofResource.stream()).toArray(Guard[]::new),
                ofResource.toArray(Guard[]::new));
    }

    /**
     * Admits a request or refuses it, and waits if all admit it and one of them is throttling; when
     * its turn has come all are asked again. An admitted one ends with its entry, on whatever
     * thread that exits.
     *
     * @return what admitted it; {@code null} if there is nobody to ask
     */
    @Nullable Admission enter(Entry entry, EntryType type) throws OpenSergoBlockException {
        Admission last = null;
        for (Guard guard : type == EntryType.IN ? inbound : outbound) {
            long token = guard.acquire();
            if (Guard.isRefused(token)) {
                throw refusal(guard, token);
            }
            last = new Admission(guard, token, last);
            entry.whenTerminate(last);
        }
        for (Admission each = last; each != null; each = each.before) {
            if (Guard.isWaiting(each.token)) {
                awaitTurn(last);
                break;
            }
        }
        return last;
    }

    /** It says no direction: entries of both types meet one guard. */
    private static OpenSergoBlockException refusal(Guard guard, long token) {
        Rejection by = guard.rejection(token);
        return new OpenSergoBlockException(
                new Rejection(
                        by.resource(),
                        null,
                        by.rule(),
                        by.kind(),
                        by.strategy(),
                        by.limit(),
                        by.retryAfter(),
                        by.fallback()));
    }

    private static void awaitTurn(@Nullable Admission last) throws OpenSergoBlockException {
        for (Admission each = last; each != null; each = each.before) {
            each.defer();
        }
        for (Admission each = last; each != null; each = each.before) {
            each.await();
        }
        for (Admission each = last; each != null; each = each.before) {
            each.proceed();
        }
    }

    /**
     * A request that a guard admitted: all that is allocated for it here. Sentinel has no place for
     * a token in an entry but what ends with it, and calls that exactly once, also when a later
     * slot refuses.
     */
    static final class Admission implements BiConsumer<Context, Entry> {

        private static final long NOTHING = 0;

        private final Guard guard;
        private final @Nullable Admission before;

        /** Written, like the next one, before the entry is handed out. */
        private long token;

        /** The token with which it waited, if it had to. */
        private long waited = NOTHING;

        /** Written before the entry is handed out, and so before it can exit elsewhere. */
        private boolean givenUp;

        private Admission(Guard guard, long token, @Nullable Admission before) {
            this.guard = guard;
            this.token = token;
            this.before = before;
        }

        private void defer() {
            token = guard.defer(token);
        }

        /** Asks again; a request that is refused has given back what this guard had given it. */
        private void proceed() throws OpenSergoBlockException {
            long waiting = token;
            token = guard.proceed(waiting);
            if (Guard.isRefused(token)) {
                throw refusal(guard, token);
            }
            waited = Guard.isWaiting(waiting) ? waiting : NOTHING;
        }

        /**
         * Waits as Sentinel's own rate limiter does, on the thread of the request, and to the end:
         * an interrupt is left for the request to meet, since an entry cannot tell of one.
         */
        private void await() {
            guard.awaitUninterruptibly(token);
        }

        /** Ends the request before its entry, for this guard and those before it. */
        void giveUp() {
            for (Admission each = this; each != null; each = each.before) {
                each.givenUp = true;
                each.guard.release(each.token, Outcome.CANCELLED);
            }
        }

        @Override
        public void accept(Context context, Entry entry) {
            if (givenUp || Guard.isRefused(token)) {
                return;
            }
            if (entry.getBlockError() == null) {
                guard.release(token, outcome(entry));
            } else { // by another guard or a later slot: it is not made
                guard.withdraw(token);
                guard.withdraw(waited);
            }
        }

        private static Outcome outcome(Entry entry) {
            Throwable error = entry.getError();
            if (error == null) {
                return Outcome.SUCCESS;
            }
            // A refusal of something inside says nothing of this resource.
            return BlockException.isBlockException(error) ? Outcome.CANCELLED : Outcome.of(error);
        }
    }
}

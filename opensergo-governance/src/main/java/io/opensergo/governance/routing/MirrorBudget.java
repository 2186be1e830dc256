package io.opensergo.governance.routing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the copies of calls, of which nobody hears again. As many are under way as {@value #MAX}
 * at most, each for as long as its call may take, or {@link #USUAL_TIME}; beyond that calls are not
 * copied. For any number of threads.
 */
public final class MirrorBudget {

    /** How many copies are under way at most. */
    public static final int MAX = 100;

    /** How long a copy may take whose route has no timeout. */
    public static final Duration USUAL_TIME = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(MirrorBudget.class);

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Makes one without copies. */
    public MirrorBudget() {}

    /** Returns how many copies are under way. */
    public int underWay() {
        return underWay.get();
    }

    /**
     * Returns where a copy of this call goes, which is to be asked once for a call and then {@link
     * Copy#end ended}; {@code null} if it is not copied.
     */
    public @Nullable Copy begin(RouteActions actions) {
        Mirror mirror = actions.mirror();
        if (mirror == null || !mirror.next()) {
            return null;
        }
        if (underWay.incrementAndGet() > MAX) {
            underWay.decrementAndGet();
            warn("more than " + MAX + " copies are under way to " + mirror);
            return null;
        }
        long nanos = actions.timeoutNanos();
        return new Copy(mirror, nanos > 0 ? nanos : USUAL_TIME.toNanos());
    }

    private void warn(String reason) {
        if (warned.compareAndSet(false, true)) {
            LOG.warn("Calls are not mirrored at times, which is said once: {}", reason);
        }
    }

    /** A copy that has been counted, and ends once. */
    public final class Copy {

        private final Mirror mirror;
        private final long limitNanos;
        private final AtomicBoolean isOver = new AtomicBoolean();

        private Copy(Mirror mirror, long limitNanos) {
            this.mirror = mirror;
            this.limitNanos = limitNanos;
        }

        /** Returns where it goes. */
        public Mirror mirror() {
            return mirror;
        }

        /** Returns how long it may take. */
        public long limitNanos() {
            return limitNanos;
        }

        /** Returns whether it has ended. */
        public boolean isOver() {
            return isOver.get();
        }

        /** It has ended, with an error or without; only the first end counts. */
        public void end(@Nullable Throwable error) {
            if (isOver.compareAndSet(false, true)) {
                underWay.decrementAndGet();
                if (error != null) {
                    warn(error.toString());
                }
            }
        }
    }
}

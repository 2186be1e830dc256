package io.opensergo.spring.internal;

import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.RouteActions;
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
public final class Mirrors {

    /** How many copies are under way at most. */
    public static final int MAX = 100;

    private static final Duration USUAL_TIME = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Makes one without copies. */
    public Mirrors() {}

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
        return new Copy(mirror, nanos > 0 ? Duration.ofNanos(nanos) : USUAL_TIME);
    }

    private void warn(String reason) {
        if (warned.compareAndSet(false, true)) {
            LOG.warn("Calls are not mirrored at times, which is said once: {}", reason);
        }
    }

    /** A copy that has been counted, and ends once. */
    public final class Copy {

        private final Mirror mirror;
        private final Duration limit;
        private final AtomicBoolean isOver = new AtomicBoolean();

        private Copy(Mirror mirror, Duration limit) {
            this.mirror = mirror;
            this.limit = limit;
        }

        /** Returns where it goes. */
        public Mirror mirror() {
            return mirror;
        }

        /** Returns how long it may take. */
        public Duration limit() {
            return limit;
        }

        /** It has ended, with an error or without. */
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

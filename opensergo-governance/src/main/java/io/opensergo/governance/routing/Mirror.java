package io.opensergo.governance.routing;

import io.opensergo.governance.internal.sampling.Share;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Where a copy of some requests goes, of whose responses nobody hears. Immutable but for the share,
 * which is exact over a cycle; for any number of threads.
 */
public final class Mirror {

    private final RouteDecision decision;
    private final InstanceGroup group;
    private final int port;
    private final Share share;
    private final LongAdder copied;

    Mirror(
            InstanceGroup group,
            RouteDecision.@Nullable Fallback fallback,
            int port,
            Share share,
            LongAdder copied) {
        this.decision = new RouteDecision(null, null, null, group, fallback, RouteActions.NONE);
        this.group = group;
        this.port = port;
        this.share = share;
        this.copied = copied;
    }

    /** Returns the service, and the instances of it, that get the copies. */
    public InstanceGroup group() {
        return group;
    }

    /**
     * Returns the decision that a copy goes to {@link #group()}, or else to its fallback; the same
     * each time.
     */
    public RouteDecision decision() {
        return decision;
    }

    /** Returns the port that the rule names, or 0. */
    public int port() {
        return port;
    }

    /** Returns whether this request is copied. To be asked once per request. */
    public boolean next() {
        boolean copies = share.next();
        if (copies) {
            copied.increment();
        }
        return copies;
    }

    /** Returns what {@link #next()} returns if nothing comes in between. */
    public boolean copiesNext() {
        return share.peek();
    }

    /**
     * Returns the authority that a copy says it is for, so that its server can tell it from the
     * request: {@code -shadow} stands behind the host, as Envoy puts it.
     *
     * @param authority that of the request
     */
    public static String shadowOf(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']')
                ? authority.substring(0, colon) + "-shadow" + authority.substring(colon)
                : authority + "-shadow";
    }

    /** Returns for example {@code pricing/next}. */
    @Override
    public String toString() {
        InstanceGroup fallback = decision.fallback();
        return group
                + (port == 0 ? "" : ":" + port)
                + (fallback == null ? "" : ", else " + fallback);
    }
}

package io.opensergo.governance.routing;

import io.opensergo.governance.internal.sampling.Share;

/**
 * Where a copy of some requests goes, of whose responses nobody hears. Immutable but for the share,
 * which is exact over a cycle; for any number of threads.
 */
public final class Mirror {

    private final RouteDecision decision;
    private final InstanceGroup group;
    private final int port;
    private final Share share;

    Mirror(InstanceGroup group, int port, Share share) {
        this.decision = new RouteDecision(null, null, null, group, null, RouteActions.NONE);
        this.group = group;
        this.port = port;
        this.share = share;
    }

    /** Returns the service, and the instances of it, that get the copies. */
    public InstanceGroup group() {
        return group;
    }

    /** Returns the decision that a copy goes to {@link #group()}; the same each time. */
    public RouteDecision decision() {
        return decision;
    }

    /** Returns the port that the rule names, or 0. */
    public int port() {
        return port;
    }

    /** Returns whether this request is copied. To be asked once per request. */
    public boolean next() {
        return share.next();
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
        return port == 0 ? group.toString() : group + ":" + port;
    }
}

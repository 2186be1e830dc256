package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.cluster.ClusterStateManager;

/**
 * By what instances can share a limit.
 *
 * @param store whether a store of the application's shares out global limits
 * @param tokenServer whether this process asks a token server of Sentinel's, or is one
 */
record Sharing(boolean store, boolean tokenServer) {

    /** Returns what there is now. */
    static Sharing now(boolean store) {
        return new Sharing(
                store, ClusterStateManager.getMode() != ClusterStateManager.CLUSTER_NOT_STARTED);
    }
}

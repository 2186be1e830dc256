package io.opensergo.kubernetes;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The revision of a state of the cluster: the time of an epoch, and {@value #STEP} microseconds for
 * each version that etcd has counted up to the latest change of a rule.
 *
 * <p>The objects of all custom resources of an API server are in one etcd, whose counter is their
 * {@code resourceVersion}; so the highest one that is seen orders the states of all kinds, equally
 * in every replica. The steps leave room for what {@code RuleSource.Listener} counts up by itself,
 * when two kinds are heard of in another order than they were changed in: the next change still
 * gets a number above that. The epoch is the creation of a namespace that each cluster has from its
 * first day, so that a cluster that takes the place of an older one has higher revisions.
 */
record ClusterRevision(long epochMicros) {

    static final long STEP = 100;

    static ClusterRevision since(Instant epoch) {
        return new ClusterRevision(TimeUnit.SECONDS.toMicros(epoch.getEpochSecond()));
    }

    /** Returns the revision of a version of etcd's. */
    long of(long resourceVersion) {
        long most = (Long.MAX_VALUE - epochMicros) / STEP;
        return epochMicros + STEP * Math.min(resourceVersion, most);
    }
}

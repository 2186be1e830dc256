/**
 * The embeddable control plane: it takes rules from sources and pushes them to whoever subscribes.
 *
 * <p>Open {@link io.opensergo.controlplane.ControlPlane} first. Rules come from {@link
 * io.opensergo.controlplane.RuleSource}s, are grouped by namespace, app and kind, and each group is
 * pushed whole, under the revision of all rules, to the streams that subscribed to it.
 *
 * <p>Every public type may be used from any thread. No call waits for a subscriber: a slow one gets
 * the latest state when it is ready for it, and nothing in between.
 *
 * <p>Locks are private and are taken in this order only: a source's own, a stream's, then the rule
 * store's or that of the number of streams. An {@link io.opensergo.controlplane.Authorizer} is
 * called under none of them.
 *
 * <p>Threads: one for each directory that is polled; and of a control plane its event loops, its
 * workers (twice as many as processors), which serve the calls, and one housekeeper, which looks at
 * all streams and TLS files now and then. No number of streams makes more of them, and {@link
 * io.opensergo.controlplane.ControlPlane#close} ends all of them.
 */
@NullMarked
package io.opensergo.controlplane;

import org.jspecify.annotations.NullMarked;

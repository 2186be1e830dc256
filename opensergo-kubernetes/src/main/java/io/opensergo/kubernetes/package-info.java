/**
 * The rules of a Kubernetes cluster, as a source of the control plane.
 *
 * <p>Open {@link io.opensergo.kubernetes.KubernetesRuleSource} first: with its builder it is the
 * only public type. A {@code Following} lives from start to close: it looks for the kinds that are
 * installed, lists and watches each of them ({@code KindWatch}), and reports what the {@code
 * ObjectTable} makes of it.
 *
 * <p>Threads: all state of a source is confined to one thread of its own. A second one begins
 * calls, since a credential plugin may take its time; the HTTP client has its own.
 */
@NullMarked
package io.opensergo.kubernetes;

import org.jspecify.annotations.NullMarked;

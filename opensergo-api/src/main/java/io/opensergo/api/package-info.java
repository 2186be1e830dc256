/**
 * What an application or an adapter sees of the SDK: a client, targets, snapshots of rules, states
 * and errors.
 *
 * <p>Open {@link io.opensergo.api.OpenSergoClient} first. Everything here but the client is an
 * immutable value. The package depends on the rule models and on Reactor, and on no transport.
 */
@NullMarked
package io.opensergo.api;

import org.jspecify.annotations.NullMarked;

/**
 * Limits that all instances of an application share: a rate limit whose {@code limitMode} is {@code
 * Global}.
 *
 * <p>Open {@link io.opensergo.governance.quota.GlobalQuota} first. An instance takes leases of
 * permits from it and admits requests by them, so that a request never waits for the shared store.
 * Everything else here is an immutable value. The package depends on the API and on Reactor, and of
 * this module on {@code time} alone.
 */
@NullMarked
package io.opensergo.governance.quota;

import org.jspecify.annotations.NullMarked;

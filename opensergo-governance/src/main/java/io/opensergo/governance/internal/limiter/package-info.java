/**
 * The limiters and the circuit breaker of the hot path, each for itself.
 *
 * <p>Nothing here locks, blocks, logs or, while requests are admitted or refused, allocates; what
 * is rebuilt now and then is an immutable value that replaces another by compare-and-set. Each
 * class says in its header what is published how, and what it promises under contention and with a
 * clock that jumps. Settings are final: an edit makes another limiter over the same state. {@link
 * io.opensergo.governance.internal.limiter.LeasedLimiter} alone talks to something, its store: it
 * allocates with each request to that, has the beginning and the end of an outage logged, and takes
 * an edit in place. Not for use outside this module.
 */
@NullMarked
package io.opensergo.governance.internal.limiter;

import org.jspecify.annotations.NullMarked;

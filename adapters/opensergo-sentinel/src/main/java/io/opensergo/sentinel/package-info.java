/**
 * OpenSergo rules in force in an application that runs Sentinel: by Sentinel's own engine wherever
 * it does what a rule says, and by a slot of this module's where it does not.
 *
 * <p>Open {@link io.opensergo.sentinel.OpenSergoSentinel} first. Rules are followed and translated
 * on the thread that delivers them; a request meets Sentinel's checks and one slot, takes no lock,
 * and is governed by the rules in force. Depends on Sentinel's core, the client and the governance
 * engine.
 */
@NullMarked
package io.opensergo.sentinel;

import org.jspecify.annotations.NullMarked;

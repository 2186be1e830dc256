/**
 * The rules of an application as they come, and joined: {@link
 * io.opensergo.governance.plan.RuleFeed} follows the kinds that decisions need, a {@link
 * io.opensergo.governance.plan.RuleBook} is what is known at one moment, and {@link
 * io.opensergo.governance.plan.RuleJoin} puts the strategies and actions of a book on the resources
 * that they protect.
 *
 * <p>For adapters whose framework has an engine of its own, to which they translate what is joined,
 * as the one of Sentinel does. Others use a {@link io.opensergo.governance.Governor}, which is
 * built on the same.
 */
@NullMarked
package io.opensergo.governance.plan;

import org.jspecify.annotations.NullMarked;

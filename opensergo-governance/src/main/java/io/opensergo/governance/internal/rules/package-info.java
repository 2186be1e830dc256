/**
 * The rules of an application as they come, and joined: strategies and actions on the resources
 * that they protect. For the engine and for adapters whose framework has an engine of its own; not
 * for users.
 */
@NullMarked
package io.opensergo.governance.internal.rules;

import org.jspecify.annotations.NullMarked;

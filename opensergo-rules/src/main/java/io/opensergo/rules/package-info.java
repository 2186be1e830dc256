/**
 * The governance rule model: what a rule is, how kinds are named, and what makes a rule valid.
 *
 * <p>Open {@link io.opensergo.rules.Rule} first. The kinds of the OpenSergo specification live in
 * the sub-packages {@code faulttolerance}, {@code traffic} and {@code database}; {@code document}
 * reads and writes them. Every type is an immutable value and safe to share between threads.
 */
@NullMarked
package io.opensergo.rules;

import org.jspecify.annotations.NullMarked;

/**
 * What a conformance case says: rules, timed steps, and the decisions that are expected.
 *
 * <p>Open {@link io.opensergo.conformance.cases.ConformanceCase} first; {@link
 * io.opensergo.conformance.cases.CaseReader} reads it from a file. Everything here is immutable.
 * Depends on the rules and on SnakeYAML.
 */
@NullMarked
package io.opensergo.conformance.cases;

import org.jspecify.annotations.NullMarked;

/**
 * Benchmarks of all modules: JMH classes; {@link io.opensergo.benchmarks.ManyKeys}, which measures
 * what JMH cannot; and {@link io.opensergo.benchmarks.GuardReport}, which runs those of guards and
 * writes down how they stand against their peers.
 *
 * <p>Each class states its question, its target and its command. A ratio is the quotient of two
 * scores of one run.
 */
@NullMarked
package io.opensergo.benchmarks;

import org.jspecify.annotations.NullMarked;

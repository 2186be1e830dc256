/**
 * Benchmarks of all modules: JMH classes; what JMH cannot measure, which is {@link
 * io.opensergo.benchmarks.ManyKeys} for many keys of one client, {@link
 * io.opensergo.benchmarks.FanOutReport} for many streams of one control plane, {@link
 * io.opensergo.benchmarks.RecoveryReport} and {@link io.opensergo.benchmarks.HerdReport} for what
 * follows when one dies; and {@link io.opensergo.benchmarks.GuardReport}, which runs those of
 * guards and writes down how they stand against their peers.
 *
 * <p>Each class states its question, its target and its command. A ratio is the quotient of two
 * scores of one run.
 */
@NullMarked
package io.opensergo.benchmarks;

import org.jspecify.annotations.NullMarked;

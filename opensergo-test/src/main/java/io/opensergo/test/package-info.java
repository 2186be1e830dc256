/**
 * Rules under test: what a governor decides by rules of files, the class path or a text, with the
 * time in the hands of the test.
 *
 * <p>{@link io.opensergo.test.OpenSergoTest} gives each test of JUnit a governor of its own, {@link
 * io.opensergo.test.OpenSergoAssertions} reads its decisions as sentences, and {@link
 * io.opensergo.test.TestClock} moves its time. {@link io.opensergo.test.TestGovernor} is the same
 * without JUnit. Nothing here needs a network.
 */
@NullMarked
package io.opensergo.test;

import org.jspecify.annotations.NullMarked;

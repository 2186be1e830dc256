/**
 * Fuzz targets: each reads any bytes and says what must hold of whatever comes out.
 *
 * <p>The ordinary build runs each over the inputs in its {@code ...Inputs} directory among the test
 * resources. Jazzer looks for new ones for as long as wanted, 10 minutes a target unless told
 * otherwise:
 *
 * <pre>{@code
 * mvn -Pfuzz -pl verification/fuzz -am test -Dtest='*FuzzTest' -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dfuzz.duration=10m
 * }</pre>
 *
 * <p>An input that fails goes into that directory, so that it is tried in each build from then on.
 */
@NullMarked
package io.opensergo.fuzz;

import org.jspecify.annotations.NullMarked;

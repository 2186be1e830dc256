/** Tests of the reading of case files. */
@NullMarked
package io.opensergo.conformance.cases;

import org.jspecify.annotations.NullMarked;

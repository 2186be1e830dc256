/** Tests of rule files. */
@NullMarked
package io.opensergo.rulefiles;

import org.jspecify.annotations.NullMarked;

/** Generates the schemas when this module is built; no part of its jar. */
@NullMarked
package io.opensergo.schema.internal;

import org.jspecify.annotations.NullMarked;

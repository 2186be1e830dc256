/** A JSON Schema for each rule kind. */
@NullMarked
package io.opensergo.schema;

import org.jspecify.annotations.NullMarked;

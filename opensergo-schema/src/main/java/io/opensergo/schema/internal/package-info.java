/** Makes the schemas in the build; not part of the jar. */
@NullMarked
package io.opensergo.schema.internal;

import org.jspecify.annotations.NullMarked;

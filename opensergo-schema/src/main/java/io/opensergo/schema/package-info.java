/**
 * The JSON Schemas of rule documents, for editors and other tools.
 *
 * <p>Open {@link io.opensergo.schema.RuleSchemas} first. The schemas are resources, made in the
 * build from the same records and annotations that the reader goes by.
 */
@NullMarked
package io.opensergo.schema;

import org.jspecify.annotations.NullMarked;

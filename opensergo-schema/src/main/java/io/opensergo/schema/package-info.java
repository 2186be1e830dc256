/**
 * A JSON Schema for each rule kind, with which an editor completes and checks rule files.
 *
 * <p>Open {@link io.opensergo.schema.RuleSchemas}, the only type of users. The schemas are
 * resources beside it, generated from the records when this module is built; those of kinds of your
 * own are generated when they are asked for. They say what the type, notation and limits of one
 * field say; what several fields say together, and whether a text is a regular expression, is left
 * to {@link io.opensergo.rules.document.RuleReader}.
 */
@NullMarked
package io.opensergo.schema;

import org.jspecify.annotations.NullMarked;

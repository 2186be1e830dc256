/**
 * Rule documents: reading them from YAML and JSON, with every fault and its place, and writing
 * them.
 *
 * <p>Open {@link io.opensergo.rules.document.RuleReader} first. Readers and writers are immutable
 * and may be shared between threads.
 */
@NullMarked
package io.opensergo.rules.document;

import org.jspecify.annotations.NullMarked;

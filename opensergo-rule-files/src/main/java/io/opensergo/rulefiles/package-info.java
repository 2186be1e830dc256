/**
 * Rule files: which ones a directory holds, and the rules in them as they change.
 *
 * <p>Open {@link io.opensergo.rulefiles.RuleDirectory} first. A control plane serves what it
 * reports, a governor applies it; neither knows more of files than that.
 *
 * <p>Each directory that is followed has one thread of its own, and for files that take long to
 * read up to two more.
 */
@NullMarked
package io.opensergo.rulefiles;

import org.jspecify.annotations.NullMarked;

/**
 * Rule documents that can be read, changed and taken back.
 *
 * <p>Open {@link io.opensergo.rulerepository.RuleRepository} first: every change is one atomic
 * {@link io.opensergo.rulerepository.RuleEdit}, which says what it expects to find, so that two
 * editors cannot overwrite each other.
 *
 * <p>Repositories are for any number of threads, block while they read and write, and have no
 * threads of their own.
 */
@NullMarked
package io.opensergo.rulerepository;

import org.jspecify.annotations.NullMarked;

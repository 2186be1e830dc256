/**
 * Rule documents in a Git work tree: a change is a commit, and the history is Git's.
 *
 * <p>Open {@link io.opensergo.gitrepository.GitRuleRepository}. No other package knows JGit.
 */
@NullMarked
package io.opensergo.gitrepository;

import org.jspecify.annotations.NullMarked;

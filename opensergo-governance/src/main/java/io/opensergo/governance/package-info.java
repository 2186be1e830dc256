/**
 * Rules turned into decisions in-process: which requests pass, how long they wait, where they go.
 *
 * <p>Nothing here knows a framework. The sub-package {@code routing} chooses destinations, {@code
 * quota} shares limits between instances, {@code time} is where every decision takes its time from.
 */
@NullMarked
package io.opensergo.governance;

import org.jspecify.annotations.NullMarked;

/**
 * The contract of {@link io.opensergo.governance.quota.GlobalQuota}, and its reference held to it.
 */
@NullMarked
package io.opensergo.governance.quota;

import org.jspecify.annotations.NullMarked;

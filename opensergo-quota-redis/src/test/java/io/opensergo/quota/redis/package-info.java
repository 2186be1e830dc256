/** Tests against a real Redis, which they start and stop. */
@NullMarked
package io.opensergo.quota.redis;

import org.jspecify.annotations.NullMarked;

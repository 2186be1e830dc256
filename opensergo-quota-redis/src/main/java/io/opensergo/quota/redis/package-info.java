/**
 * Global limits through Redis: permits that the instances of an application share.
 *
 * <p>Open {@link io.opensergo.quota.redis.RedisGlobalQuota} first. Signals run on threads of
 * Lettuce, the client for Redis, or on a timer of Reactor's; nothing here blocks but the making of
 * a connection that the caller waits for, and {@code close()}. Permits are counted by a script in
 * Redis. No type of Lettuce is part of what this package offers but a connection that is handed in.
 */
@NullMarked
package io.opensergo.quota.redis;

import org.jspecify.annotations.NullMarked;

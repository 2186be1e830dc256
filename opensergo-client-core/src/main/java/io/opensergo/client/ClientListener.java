package io.opensergo.client;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import java.time.Duration;

/**
 * Somebody who is told what happens inside a client, for metrics and traces; rules themselves come
 * from the client's Flux.
 *
 * <p>Every method is called on the client's event loop, one event at a time and in the order of the
 * events, so it must not block: whatever it waits for, every key waits for. It may be called once
 * more or not at all for what happens while the client is closed. What it throws is logged once and
 * harms nobody. Methods may be added, with a default that does nothing.
 */
public interface ClientListener {

    /**
     * The connection went from one state to another; also called for a new cause in the same phase.
     */
    default void onState(ConnectionState before, ConnectionState now) {}

    /**
     * A connection that had been lost was made again.
     *
     * @param endpoint the control plane, as configured
     * @param outage how long there was none
     */
    default void onReconnect(String endpoint, Duration outage) {}

    /** The first follower of a key came. */
    default void onFollow(RuleKey key) {}

    /** Nobody follows a key any more, or it was refused. */
    default void onForget(RuleKey key) {}

    /** A push about a followed key was handled and answered. */
    default void onPush(PushEvent push) {}

    /** The control plane refused a key; its followers got this error. */
    default void onRefusal(SubscriptionRefusedException refusal) {}

    /**
     * A set that was smaller than the one in force right after a connection was made has waited for
     * more to come, and the wait is over.
     *
     * @param key what it is about
     * @param waited how long it waited
     * @param replaced whether it came into force; otherwise a later push overtook it
     */
    default void onSettled(RuleKey key, Duration waited, boolean replaced) {}

    /** Something exceeded a limit of the client. */
    default void onLimit(LimitEvent limit) {}

    /** A snapshot was read from, or written to, the cache on disk, or could not be. */
    default void onCache(CacheEvent cache) {}
}

package io.opensergo.client;

import java.time.Duration;

/**
 * How subscriptions behave in time, and what they are limited to.
 *
 * @param unsubscribeGrace how long a subscription outlives its last subscriber
 * @param answerTimeout the patience with a silent control plane
 * @param settleTime how long a set that lacks rules in force must stand still before it counts,
 *     right after a connection was made; zero for not at all
 * @param revisionPatience how long a push may wait for others of its revision
 * @param refreshInterval how often everything is asked for again; zero for never
 * @param limits what is taken at most
 */
record SubscriptionSettings(
        Duration unsubscribeGrace,
        Duration answerTimeout,
        Duration settleTime,
        Duration revisionPatience,
        Duration refreshInterval,
        ClientLimits limits) {}

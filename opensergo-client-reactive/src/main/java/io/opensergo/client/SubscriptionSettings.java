package io.opensergo.client;

import java.time.Duration;

/**
 * How long a subscription outlives its last subscriber, and a silent control plane the patience
 * with it.
 */
record SubscriptionSettings(Duration unsubscribeGrace, Duration answerTimeout) {}

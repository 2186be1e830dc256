package io.opensergo.client;

import java.time.Duration;
import java.util.List;

/**
 * Where a connection goes, and its patience.
 *
 * @param endpoints the control planes, the preferred one first
 * @param connectTimeout how long an endpoint has to take a connection
 * @param failBackInterval how often a better endpoint than the one in use is looked for
 * @param keepAliveTime after which silence the server is pinged
 */
record ConnectionSettings(
        List<Endpoint> endpoints,
        Duration connectTimeout,
        Duration failBackInterval,
        Duration keepAliveTime) {}

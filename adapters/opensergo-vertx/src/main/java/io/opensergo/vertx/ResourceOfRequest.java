package io.opensergo.vertx;

import io.opensergo.governance.Guard;
import io.vertx.ext.web.RoutingContext;

/** Knows the guard of a request to a server. */
@FunctionalInterface
interface ResourceOfRequest {

    Guard guard(RoutingContext context);
}

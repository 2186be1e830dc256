package io.opensergo.vertx;

import io.opensergo.governance.Guard;
import io.vertx.ext.web.RoutingContext;

/** One resource for all requests. */
record FixedResource(Guard guard) implements ResourceOfRequest {

    @Override
    public Guard guard(RoutingContext context) {
        return guard;
    }
}

package io.opensergo.vertx;

import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;

/** Guards a route. A platform handler, so that it may stand in front of all others. */
final class ServerGuard implements PlatformHandler {

    private final ServerGovernance server;
    private final ResourceOfRequest resource;

    ServerGuard(ServerGovernance server, ResourceOfRequest resource) {
        this.server = server;
        this.resource = resource;
    }

    @Override
    public void handle(RoutingContext context) {
        server.handle(context, resource.guard(context), null);
    }
}

package io.opensergo.vertx;

import io.vertx.core.Future;
import java.util.List;

/** Knows no service. */
enum UnknownInstances implements InstanceResolver {
    RESOLVER;

    private static final Future<List<ServiceInstance>> NONE = Future.succeededFuture(List.of());

    @Override
    public Future<List<ServiceInstance>> resolve(String service) {
        return NONE;
    }
}

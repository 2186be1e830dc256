package io.opensergo.vertx;

import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.vertx.internal.ColourStorage;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The colours of the requests of a Vert.x, each in its context; none if contexts cannot hold them.
 */
final class Colours {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoVertx.class);

    private final boolean available;

    Colours(Vertx vertx) {
        available = ColourStorage.isAvailable(vertx);
        if (!available) {
            LOG.warn(
                    "Vert.x has not found {}, requests pass on no colour; merge META-INF/services/io.vertx.core.spi.VertxServiceProvider of the jars",
                    ColourStorage.class.getName());
        }
    }

    /** Returns that of the request this thread handles, or {@code null} if it has none. */
    @Nullable TrafficColour current() {
        return available ? ColourStorage.current() : null;
    }

    /** Returns that of the request of a context, or {@code null}. */
    @Nullable TrafficColour of(Context context) {
        return available ? ColourStorage.of(context) : null;
    }

    void set(Context context, TrafficColour colour) {
        if (available) {
            ColourStorage.set(context, colour);
        }
    }
}

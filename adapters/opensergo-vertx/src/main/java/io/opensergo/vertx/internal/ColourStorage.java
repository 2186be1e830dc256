package io.opensergo.vertx.internal;

import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;
import org.jspecify.annotations.Nullable;

/**
 * Where the colour of a request is kept: in its Vert.x context, of which each request has its own,
 * so that callbacks, timers and blocking code of the request find it.
 *
 * <p>Vert.x loads this class before it makes contexts, as it has to. It is public for Vert.x only.
 */
public final class ColourStorage implements VertxServiceProvider {

    private static final ContextLocal<TrafficColour> COLOUR =
            ContextLocal.registerLocal(TrafficColour.class);

    /** For Vert.x. */
    public ColourStorage() {}

    @Override
    public void init(VertxBootstrap bootstrap) {}

    /**
     * Returns whether contexts can hold colours. They cannot if Vert.x did not find this class, as
     * in a fat jar that lost the names of services: nothing is coloured then.
     */
    public static boolean isAvailable(Vertx vertx) {
        try {
            COLOUR.get(vertx.getOrCreateContext());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Returns the colour in the context of this thread, or {@code null} if there is none, or no
     * context.
     */
    public static @Nullable TrafficColour current() {
        Context context = Vertx.currentContext();
        return context == null ? null : of(context);
    }

    /** Returns the colour in a context, or {@code null} if there is none. */
    public static @Nullable TrafficColour of(Context context) {
        return COLOUR.get(context);
    }

    /** Puts a colour into a context. */
    public static void set(Context context, TrafficColour colour) {
        COLOUR.put(context, colour);
    }
}

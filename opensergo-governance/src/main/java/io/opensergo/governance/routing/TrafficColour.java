package io.opensergo.governance.routing;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The colour of a request, which it keeps through a whole chain of calls. Immutable.
 *
 * @param key the name of the header and of the baggage member that carry it, not empty
 * @param name the colour, not empty
 */
public record TrafficColour(String key, String name) {

    /** Checks that both are there. */
    public TrafficColour {
        requireText(key, "key");
        requireText(name, "name");
    }

    /**
     * Returns a change that puts this colour into a context, for {@code contextWrite}: it reaches
     * everything above it in the chain.
     */
    public Function<Context, Context> toContext() {
        return context -> context.put(TrafficColour.class, this);
    }

    /** Returns the colour in a context, or {@code null} if it has none. */
    public static @Nullable TrafficColour from(ContextView context) {
        return context.getOrDefault(TrafficColour.class, null);
    }

    private static void requireText(String value, String name) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("the " + name + " of a colour must not be empty");
        }
    }

    /** Returns for example {@code x-opensergo-traffic=beta}. */
    @Override
    public String toString() {
        return key + "=" + name;
    }
}

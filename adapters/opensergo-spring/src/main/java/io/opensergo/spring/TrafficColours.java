package io.opensergo.spring;

import io.micrometer.context.ThreadLocalAccessor;
import io.opensergo.governance.routing.TrafficColour;
import org.jspecify.annotations.Nullable;

/**
 * The colour of the request that a thread handles. Micrometer's context propagation takes it to
 * other threads, and to the context of Reactor and back, by the key {@code TrafficColour.class}.
 */
public final class TrafficColours {

    private static final ThreadLocal<@Nullable TrafficColour> CURRENT = new ThreadLocal<>();

    private TrafficColours() {}

    /** Returns the colour of the request that this thread handles, or {@code null}. */
    public static @Nullable TrafficColour current() {
        return CURRENT.get();
    }

    static void set(@Nullable TrafficColour colour) {
        if (colour == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(colour);
        }
    }

    /** Made by {@code ServiceLoader} for context propagation; not for use by applications. */
    public static final class Accessor implements ThreadLocalAccessor<TrafficColour> {

        /** Makes the accessor. */
        public Accessor() {}

        @Override
        public Object key() {
            return TrafficColour.class;
        }

        @Override
        public @Nullable TrafficColour getValue() {
            return current();
        }

        @Override
        public void setValue(TrafficColour colour) {
            set(colour);
        }

        @Override
        public void setValue() {
            set(null);
        }
    }
}

package io.opensergo.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.TrafficColour;
import org.jspecify.annotations.Nullable;

/** The colours of calls: in metadata between processes, in gRPC's Context within one. */
final class Colours {

    private static final Context.Key<TrafficColour> KEY = Context.key("opensergo-colour");

    private final Governor governor;

    Colours(Governor governor) {
        this.governor = governor;
    }

    /** Returns that of the call which this thread handles, or {@code null}. */
    static @Nullable TrafficColour current() {
        return KEY.get();
    }

    /** Returns the context in which a call that comes in is handled. */
    Context receive(CallView call) {
        Context context = Context.current();
        TrafficColour colour = governor.lanes().receive(call);
        return colour == null ? context : context.withValue(KEY, colour);
    }

    /** Puts the colour of a call that goes out into its metadata, and returns it. */
    @Nullable TrafficColour send(CallView call) {
        Lanes lanes = governor.lanes();
        TrafficColour current = current();
        TrafficColour colour = current == null ? lanes.colour(call) : current;
        if (colour != null) {
            Metadata metadata = call.metadata();
            lanes.carry(
                    colour,
                    Headers.value(metadata, "baggage"),
                    (name, value) -> Headers.set(metadata, name, value));
        }
        return colour;
    }
}

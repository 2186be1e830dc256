package io.opensergo.dubbo;

import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.TrafficColour;
import java.util.List;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.RpcContextAttachment;
import org.jspecify.annotations.Nullable;

/**
 * Carries the colour of a request from call to call, in attachments.
 *
 * <p>A provider keeps it among the attachments of its caller, which Dubbo clears after the call,
 * hands to an asynchronous one's thread and adds to the calls made meanwhile.
 */
final class Colours {

    private static final String BAGGAGE = "baggage";

    /** Under which a call on its way out keeps its colour, for the router. */
    private static final Object OF_CALL = TrafficColour.class;

    private Colours() {}

    /** Keeps the colour that a call has, or gets here, for the calls that serve it. */
    static void receive(Lanes lanes, InvocationView call) {
        TrafficColour colour = lanes.receive(call);
        RpcContextAttachment context = RpcContext.getServerAttachment();
        if (!lanes.settings().acceptColours()) {
            refuse(lanes, context);
        }
        if (colour != null) {
            lanes.carry(colour, context.getAttachment(BAGGAGE), context::setAttachment);
        }
    }

    /** Takes the colour that a call came with from what goes on to the calls that serve it. */
    private static void refuse(Lanes lanes, RpcContextAttachment context) {
        for (String name : List.copyOf(context.getObjectAttachments().keySet())) {
            if (lanes.isKey(name)) {
                context.removeAttachment(name);
            } else if (name.equalsIgnoreCase(BAGGAGE)) {
                String baggage = context.getAttachment(name);
                context.setAttachment(name, baggage == null ? "" : lanes.withoutColour(baggage));
            }
        }
    }

    /** Gives a call the colour of the one it serves, or else that of a rule. */
    static void send(Lanes lanes, InvocationView call) {
        TrafficColour colour = lanes.colour(call);
        if (colour != null) {
            Invocation invocation = call.invocation();
            lanes.carry(colour, invocation.getAttachment(BAGGAGE), invocation::setAttachment);
            invocation.put(OF_CALL, colour);
        }
    }

    /** Returns the colour of a call on its way out, or {@code null} if it has none. */
    static @Nullable TrafficColour of(Invocation invocation) {
        return (TrafficColour) invocation.get(OF_CALL);
    }
}

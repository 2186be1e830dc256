package io.opensergo.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.MirrorBudget;
import io.opensergo.governance.routing.RouteActions;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;

/**
 * Sends copies of calls, of which nobody hears again: their responses are read and dropped, and so
 * are their failures. A {@link MirrorBudget} says how many there may be, and for how long.
 *
 * <p>A call is copied only if the balancer of OpenSergo routes it: any other would send the copy
 * where the call goes.
 */
final class Mirrors {

    private final MirrorBudget budget = new MirrorBudget();

    /** Copies a call whose message is complete. */
    interface Copies<Q> {

        void send(Metadata headers, Q message);
    }

    /** Returns what copies a call whose route has a mirror. */
    <Q, S> Copies<Q> of(
            Channel channel,
            MethodDescriptor<Q, S> method,
            CallOptions options,
            CallRoute route,
            RouteActions actions) {
        return (headers, message) -> {
            boolean isReadOnce = message instanceof InputStream;
            MirrorBudget.Copy copy = isReadOnce || !route.isPicked() ? null : budget.begin(actions);
            if (copy == null) {
                return;
            }
            CallOptions ofCopy = optionsOf(copy, options, route, actions);
            var end = new End<S>(copy);
            // Neither the end of the caller nor its deadline ends a copy.
            Context.current()
                    .fork()
                    .run(() -> send(channel, method, ofCopy, headers, message, end));
        };
    }

    private static CallOptions optionsOf(
            MirrorBudget.Copy copy, CallOptions options, CallRoute route, RouteActions actions) {
        String authority = actions.authority() == null ? route.authority() : actions.authority();
        CallOptions ofCopy =
                options.withOption(CallRoute.KEY, route.ofCopy(copy.mirror().decision()))
                        .withoutWaitForReady()
                        .withExecutor(Runnable::run)
                        .withDeadlineAfter(copy.limitNanos(), TimeUnit.NANOSECONDS);
        return authority == null ? ofCopy : ofCopy.withAuthority(Mirror.shadowOf(authority));
    }

    private static <Q, S> void send(
            Channel channel,
            MethodDescriptor<Q, S> method,
            CallOptions options,
            Metadata headers,
            Q message,
            End<S> end) {
        try {
            ClientCall<Q, S> copy = channel.newCall(method, options);
            copy.start(end, headers);
            copy.request(Integer.MAX_VALUE);
            copy.sendMessage(message);
            copy.halfClose();
        } catch (RuntimeException | Error e) { // whatever it is, the call itself has none of it
            end.onClose(Status.fromThrowable(e), new Metadata());
        }
    }

    /** Drops what comes, and counts the end once. */
    private static final class End<S> extends ClientCall.Listener<S> {

        private final MirrorBudget.Copy copy;

        End(MirrorBudget.Copy copy) {
            this.copy = copy;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            boolean isUnavailable = status.getCode() == Status.Code.UNAVAILABLE;
            copy.end(isUnavailable ? status.asException() : null);
        }
    }
}

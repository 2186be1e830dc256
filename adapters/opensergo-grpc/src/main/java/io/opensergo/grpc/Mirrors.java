package io.opensergo.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.RouteActions;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends copies of calls, of which nobody hears again: their responses are read and dropped, and so
 * are their failures. As many are under way as {@value #MAX} at most, each for as long as its call
 * may take, or {@link #USUAL_TIME}; beyond that calls are not copied.
 *
 * <p>A call is copied only if the balancer of OpenSergo routes it: any other would send the copy
 * where the call goes.
 */
final class Mirrors {

    static final int MAX = 100;

    private static final Duration USUAL_TIME = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoGrpc.class);

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean warned = new AtomicBoolean();

    /** Copies a call whose message is complete. */
    interface Copies<Q> {

        void send(Metadata headers, Q message);
    }

    /** Returns how many copies are under way. */
    int underWay() {
        return underWay.get();
    }

    /** Returns what copies a call whose route has a mirror. */
    <Q, S> Copies<Q> of(
            Channel channel,
            MethodDescriptor<Q, S> method,
            CallOptions options,
            CallRoute route,
            RouteActions actions) {
        return (headers, message) -> {
            Mirror mirror = actions.mirror();
            boolean isReadOnce = message instanceof InputStream;
            if (mirror == null || isReadOnce || !route.isPicked() || !mirror.next()) {
                return;
            }
            if (underWay.incrementAndGet() > MAX) {
                underWay.decrementAndGet();
                warn("more than " + MAX + " copies are under way to " + mirror);
                return;
            }
            CallOptions ofCopy = optionsOf(mirror, options, route, actions);
            // Neither the end of the caller nor its deadline ends a copy.
            Context.current().fork().run(() -> send(channel, method, ofCopy, headers, message));
        };
    }

    private static CallOptions optionsOf(
            Mirror mirror, CallOptions options, CallRoute route, RouteActions actions) {
        String authority = actions.authority() == null ? route.authority() : actions.authority();
        long nanos = actions.timeoutNanos() > 0 ? actions.timeoutNanos() : USUAL_TIME.toNanos();
        CallOptions ofCopy =
                options.withOption(CallRoute.KEY, route.ofCopy(mirror.decision()))
                        .withoutWaitForReady()
                        .withExecutor(Runnable::run)
                        .withDeadlineAfter(nanos, TimeUnit.NANOSECONDS);
        return authority == null ? ofCopy : ofCopy.withAuthority(Mirror.shadowOf(authority));
    }

    private <Q, S> void send(
            Channel channel,
            MethodDescriptor<Q, S> method,
            CallOptions options,
            Metadata headers,
            Q message) {
        var end = new End<S>();
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

    private void warn(String reason) {
        if (warned.compareAndSet(false, true)) {
            LOG.warn("Calls are not mirrored at times, which is said once: {}", reason);
        }
    }

    /** Drops what comes, and counts the end once. */
    private final class End<S> extends ClientCall.Listener<S> {

        private final AtomicBoolean isOver = new AtomicBoolean();

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (isOver.compareAndSet(false, true)) {
                underWay.decrementAndGet();
                if (status.getCode() == Status.Code.UNAVAILABLE) {
                    warn(status.toString());
                }
            }
        }
    }
}

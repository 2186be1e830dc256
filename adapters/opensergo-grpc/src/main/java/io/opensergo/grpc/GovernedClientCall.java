package io.opensergo.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.action.DrawnFaults;
import io.opensergo.governance.action.PathRewrite;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.routing.RouteActions;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call of a client. It asks its guards and its route when it is started, and makes the call of
 * the channel then: one that never is started takes nothing.
 */
final class GovernedClientCall<Q, S> extends ForwardingClientCall<Q, S> {

    private final Channel next;
    private final MethodDescriptor<Q, S> method;
    private final CallOptions options;
    private final CallRoute route;
    private final Colours colours;
    private final Mirrors mirrors;
    private final CallEnd end;
    private final Context context = Context.current();

    /** The call of the channel, or what stands for one that has not started or waits or ended. */
    private volatile ClientCall<Q, S> call = AbsentCall.notStarted();

    /** What its caller wanted before, or while, it was started. */
    private volatile @Nullable Runnable earlyCancel;

    GovernedClientCall(
            Channel next,
            MethodDescriptor<Q, S> method,
            CallOptions options,
            CallRoute route,
            Colours colours,
            Mirrors mirrors,
            CallEnd end) {
        this.next = next;
        this.method = method;
        this.options = options;
        this.route = route;
        this.colours = colours;
        this.mirrors = mirrors;
        this.end = end;
    }

    @Override
    protected ClientCall<Q, S> delegate() {
        return call;
    }

    @Override
    public void start(Listener<S> listener, Metadata headers) {
        if (!(call instanceof AbsentCall<?, ?>)) {
            throw new IllegalStateException("already started");
        }
        route.colour(colours.send(route.view(headers)));
        CallAdmission admission = CallAdmission.ask(route.method());
        Rejection rejection = admission == null ? null : admission.rejection();
        if (rejection != null) {
            finish(listener, Refusal.ofCall(rejection));
            return;
        }
        RouteActions actions = route.decide(headers).actions();
        DrawnFaults faults = actions.drawFaults();
        if (faults.delayNanos() > 0 || (admission != null && admission.isWaiting())) {
            startLater(listener, headers, admission, actions, faults);
        } else if (faults.abort() != null) {
            fail(listener, Statuses.of(faults.abort()), admission);
        } else {
            begin(listener, headers, admission, actions, made -> call = made);
            Runnable cancel = earlyCancel;
            if (cancel != null) {
                cancel.run();
            }
        }
    }

    private void begin(
            Listener<S> listener,
            Metadata headers,
            @Nullable CallAdmission admission,
            RouteActions actions,
            Consumer<ClientCall<Q, S>> made) {
        ClientCall<Q, S> begun;
        Listener<S> followed = listener;
        Context previous = context.attach();
        try {
            if (!actions.isEmpty()) {
                actions.requestHeaders().applyTo(new MetadataChanges(headers));
            }
            begun = newCall(actions);
            made.accept(begun); // whoever hears of the call may use it at once
            if (admission != null) {
                end.follow(admission);
                followed = new EndListener<>(followed, end);
            }
            if (!actions.responseHeaders().isEmpty()) {
                followed = new ResponseHeaders<>(followed, actions.responseHeaders());
            }
            begun.start(followed, headers);
        } catch (Throwable e) {
            if (admission != null) {
                admission.release(Outcome.of(e));
            }
            throw e;
        } finally {
            context.detach(previous);
        }
    }

    private ClientCall<Q, S> newCall(RouteActions actions) {
        CallOptions asked = within(actions.timeoutNanos());
        if (!method.getType().serverSendsOneMessage()) {
            asked = asked.withStreamTracerFactory(new StreamEnds(end));
        }
        MethodDescriptor<Q, S> called = rewritten(actions.rewrite());
        if (actions.isEmpty() || !method.getType().clientSendsOneMessage()) {
            return next.newCall(called, withAuthority(asked, actions));
        }
        ClientCall<Q, S> made = call(called, withAuthority(asked, actions), actions.retries());
        return actions.mirror() == null
                ? made
                : new MirroredClientCall<>(made, mirrors.of(next, called, options, route, actions));
    }

    private ClientCall<Q, S> call(
            MethodDescriptor<Q, S> called, CallOptions asked, @Nullable RetryPolicy retries) {
        return retries == null
                ? next.newCall(called, asked)
                : new RetriedClientCall<>(next, called, asked, retries);
    }

    /** The path of a call is its method, behind a slash. */
    private MethodDescriptor<Q, S> rewritten(@Nullable PathRewrite rewrite) {
        if (rewrite == null) {
            return method;
        }
        String path = rewrite.apply("/" + method.getFullMethodName());
        return method.toBuilder()
                .setFullMethodName(path.startsWith("/") ? path.substring(1) : path)
                .build();
    }

    private static CallOptions withAuthority(CallOptions asked, RouteActions actions) {
        return actions.authority() == null ? asked : asked.withAuthority(actions.authority());
    }

    /** The caller's own deadline stays, if it is the earlier one. */
    private CallOptions within(long timeoutNanos) {
        return timeoutNanos == 0
                ? options
                : options.withDeadline(
                        Waiting.earlierOf(
                                Deadline.after(timeoutNanos, TimeUnit.NANOSECONDS),
                                options.getDeadline()));
    }

    private void startLater(
            Listener<S> listener,
            Metadata headers,
            @Nullable CallAdmission admission,
            RouteActions actions,
            DrawnFaults faults) {
        Deadline deadline = Waiting.earlier(options.getDeadline(), context.getDeadline());
        Rejection beyond =
                admission == null || !admission.isWaiting()
                        ? null
                        : Waiting.beyond(deadline, admission);
        if (beyond != null) {
            finish(listener, Refusal.ofCall(beyond));
            return;
        }
        var waiting =
                new WaitingClientCall<Q, S>(
                        new Waiting(admission, faults, deadline, end),
                        listener,
                        options.getExecutor(),
                        context,
                        made -> begin(listener, headers, admission, actions, made));
        call = waiting;
        waiting.await();
        Runnable cancel = earlyCancel;
        if (cancel != null) {
            cancel.run();
        }
    }

    private void fail(Listener<S> listener, Status fault, @Nullable CallAdmission admission) {
        if (admission != null) {
            end.follow(admission);
            end.end(fault);
        }
        finish(listener, new Refusal(fault, new Metadata()));
    }

    /** The call is not made, and what its caller does with it from now on has no effect. */
    private void finish(Listener<S> listener, Refusal refusal) {
        call = new EndedCall<>();
        listener.onClose(refusal.status(), refusal.trailers());
    }

    /** A caller that cancels has ended the call; what comes after that may never be heard. */
    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        end.end(Outcome.CANCELLED);
        earlyCancel = () -> call.cancel(message, cause);
        call.cancel(message, cause);
    }
}

package io.opensergo.spring.internal;

import io.opensergo.governance.Governor;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.MirrorBudget;
import io.opensergo.governance.routing.RouteDecision;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.springframework.http.HttpHeaders;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/** The routes of calls, and what carrying them out takes. */
public final class CallRoutes {

    /** What clients do of the actions of routes. */
    public static final Set<RouteAction> HONOURED =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            RouteAction.TIMEOUT,
                            RouteAction.RETRIES,
                            RouteAction.FAULT_DELAY,
                            RouteAction.FAULT_ABORT,
                            RouteAction.MIRROR,
                            RouteAction.REWRITE_URI,
                            RouteAction.REWRITE_AUTHORITY,
                            RouteAction.REDIRECT,
                            RouteAction.DIRECT_RESPONSE,
                            RouteAction.REQUEST_HEADERS,
                            RouteAction.RESPONSE_HEADERS,
                            RouteAction.DESTINATION_PORT));

    private final Governor governor;
    private final MirrorBudget mirrors = new MirrorBudget();
    private final CallThreads threads = new CallThreads();

    /** Makes those of a governor, and tells it what is done of them. */
    public CallRoutes(Governor governor) {
        this.governor = governor;
        governor.honours("Spring", HONOURED);
    }

    /** Returns where a call goes, by its host and its headers as they are now. */
    public RouteDecision decide(String method, URI uri, HttpHeaders headers) {
        return uri.getHost() == null
                ? RouteDecision.NOT_FOUND
                : governor.route(new HttpView(method, uri, headers));
    }

    /** A copy that blocks its thread. */
    @FunctionalInterface
    public interface CopyTask {

        /** Sends it, and reads the response to its end. */
        void run() throws IOException;
    }

    /** Sends a copy on another thread, which is interrupted when its time is over. */
    public void copy(MirrorBudget.Copy copy, CopyTask task) {
        try {
            Future<?> running = threads.submit(() -> run(copy, task));
            Disposable unused =
                    Schedulers.parallel()
                            .schedule(
                                    () -> running.cancel(true),
                                    copy.limitNanos(),
                                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            copy.end(e);
        }
    }

    private static void run(MirrorBudget.Copy copy, CopyTask task) {
        try {
            task.run();
            copy.end(null);
        } catch (Throwable e) { // whatever it is, the call itself has none of it
            copy.end(e);
        }
    }

    /** Returns the copies under way. */
    public MirrorBudget mirrors() {
        return mirrors;
    }

    /** Returns the threads of blocking calls. */
    public CallThreads threads() {
        return threads;
    }
}

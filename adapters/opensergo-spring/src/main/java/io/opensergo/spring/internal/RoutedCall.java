package io.opensergo.spring.internal;

import io.opensergo.governance.action.AttemptResult;
import io.opensergo.governance.action.DrawnFaults;
import io.opensergo.governance.action.RetryDecision;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteAnswer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A blocking call whose route asks for more than instances: a fault delays or answers it, a
 * redirect or a response answers it, or it is made within its time, and again as the route says.
 * Waits are on the thread of the caller.
 *
 * @param <R> the response of the client
 */
public final class RoutedCall<R> {

    private final RouteActions actions;
    private final CallThreads threads;
    private final Client<R> client;
    private final URI uri;
    private final boolean isIdempotent;
    private final boolean isOnce;
    private long deadline;

    /**
     * Makes a call.
     *
     * @param uri as the caller gave it
     * @param isIdempotent whether doing the request twice is the same as once
     * @param isOnce whether the client cannot make it again
     */
    public RoutedCall(
            RouteActions actions,
            CallThreads threads,
            Client<R> client,
            URI uri,
            boolean isIdempotent,
            boolean isOnce) {
        this.actions = actions;
        this.threads = threads;
        this.client = client;
        this.uri = uri;
        this.isIdempotent = isIdempotent;
        this.isOnce = isOnce;
    }

    /** What makes the attempts, and knows their responses. */
    public interface Client<R> {

        /** Makes an attempt, perhaps on another thread. */
        R attempt() throws IOException;

        /** Sends a copy, if the rule says so of this call; to return at once. */
        void copy();

        /** Returns the status of a response. */
        int status(R response) throws IOException;

        /** Closes a response that nobody wants. */
        void discard(R response);

        /** Makes a response that answers the call. */
        R answer(RouteAnswer answer);

        /** Returns a response as the caller gets it; its body may be read until a deadline. */
        R received(R response, Deadline deadline) throws IOException;
    }

    /**
     * Until when a response may be read.
     *
     * @param nanos by {@link System#nanoTime()}
     * @param limit the time limit, in words; {@code null} if there is none
     */
    public record Deadline(long nanos, @Nullable String limit) {

        /** Fails if it is over. */
        public void check() throws SocketTimeoutException {
            if (limit != null && nanos - System.nanoTime() <= 0) {
                throw new SocketTimeoutException("the response has not ended within " + limit);
            }
        }
    }

    /** Makes it; returns the response. */
    public R call() throws IOException {
        DrawnFaults faults = actions.drawFaults();
        if (faults.delayNanos() > 0) {
            sleep(faults.delayNanos());
        }
        RouteAnswer answer =
                actions.answer(faults.abort(), redirect -> RouteUris.location(uri, redirect));
        if (answer == null) {
            return attempts();
        }
        if (answer.isReset()) {
            throw resetBy(answer);
        }
        return client.answer(answer);
    }

    /** Returns how a call fails whose stream a fault resets. */
    public static IOException resetBy(RouteAnswer fault) {
        return new IOException("a fault that a rule injects: HTTP/2 error " + fault.http2Error());
    }

    private R attempts() throws IOException {
        RetryPolicy policy = actions.retries();
        if (policy != null) {
            policy.onRequest();
        }
        deadline = System.nanoTime() + actions.timeoutNanos();
        client.copy();
        for (int retries = 0; ; retries++) {
            R response = null;
            Exception failure = null;
            AttemptResult result;
            try {
                response = attempt(policy);
                result = AttemptResult.http(client.status(response));
            } catch (IOException | RuntimeException e) {
                failure = e;
                result =
                        Thread.currentThread().isInterrupted()
                                ? AttemptResult.NOT_TRIED // the caller gives it up
                                : AttemptResults.of(e);
            }
            RetryDecision decision = decide(policy, retries, result);
            if (!decision.isRetry()) {
                return end(response, failure);
            }
            if (response != null) {
                client.discard(response);
            }
            sleep(decision.delayNanos());
        }
    }

    private RetryDecision decide(@Nullable RetryPolicy policy, int retries, AttemptResult result) {
        return policy == null || isOnce
                ? RetryDecision.NOT_ASKED_FOR
                : policy.decide(retries, result, isIdempotent, remainingNanos());
    }

    private R end(@Nullable R response, @Nullable Exception failure) throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (response == null) {
            throw new IllegalStateException("neither a response nor a failure");
        }
        String limit = actions.timeoutNanos() > 0 ? timeout() : null;
        return client.received(response, new Deadline(deadline, limit));
    }

    private R attempt(@Nullable RetryPolicy policy) throws IOException {
        long ofTry = policy == null ? 0 : policy.perTryTimeoutNanos();
        long remaining = remainingNanos();
        if (ofTry > 0 && ofTry < remaining) {
            return threads.within(
                    ofTry,
                    "the route's perTryTimeout of " + Duration.ofNanos(ofTry),
                    client::attempt,
                    client::discard);
        }
        return remaining == Long.MAX_VALUE
                ? client.attempt()
                : threads.within(remaining, timeout(), client::attempt, client::discard);
    }

    private String timeout() {
        return "the route's timeout of " + Duration.ofNanos(actions.timeoutNanos());
    }

    private long remainingNanos() {
        return actions.timeoutNanos() > 0 ? deadline - System.nanoTime() : Long.MAX_VALUE;
    }

    private static void sleep(long nanos) throws InterruptedIOException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            var interrupted = new InterruptedIOException("interrupted while a call waited");
            interrupted.initCause(e);
            throw interrupted;
        }
    }
}

package io.opensergo.spring;

import io.opensergo.governance.action.AttemptResult;
import io.opensergo.governance.action.DrawnFaults;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.RetryDecision;
import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.MirrorBudget;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteAnswer;
import io.opensergo.spring.internal.AttemptResults;
import io.opensergo.spring.internal.HeaderFields;
import io.opensergo.spring.internal.OutgoingRoute;
import io.opensergo.spring.internal.RouteUris;
import io.opensergo.spring.internal.RoutedCall;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;

/**
 * A subscription to a call of a {@code WebClient} whose route asks for more than instances: a fault
 * delays or answers it, a redirect or a response answers it, or it is made within its time, and
 * again as the route says. Nothing here blocks; what waits does so on Reactor's timer.
 */
final class RoutedExchange {

    /** For what is left of a response that nobody wants; after it the connection is closed. */
    private static final Duration DRAIN = Duration.ofSeconds(1);

    private final RouteActions actions;
    private final OutgoingRoute route;
    private final MirrorBudget mirrors;
    private final ClientRequest request;
    private final ExchangeFunction next;
    private final ContextView context;
    private final boolean isIdempotent;
    private final AttemptBody body;
    private final ClientRequest sent;
    private long deadline;

    RoutedExchange(
            OutgoingRoute route,
            MirrorBudget mirrors,
            ClientRequest request,
            ExchangeFunction next,
            ContextView context) {
        this.actions = route.decision().actions();
        this.route = route;
        this.mirrors = mirrors;
        this.request = request;
        this.next = next;
        this.context = context;
        String key = request.headers().getFirst("idempotency-key");
        this.isIdempotent = RetryPolicy.isIdempotent(request.method().name(), key);
        this.body = new AttemptBody(request.body(), actions.authority(), this::copy);
        this.sent =
                ClientRequest.from(request)
                        .url(RouteUris.rewritten(request.url(), actions.rewrite()))
                        .headers(headers -> HeaderFields.change(headers, actions.requestHeaders()))
                        .body(body)
                        .build();
    }

    Mono<ClientResponse> call() {
        DrawnFaults faults = actions.drawFaults();
        return faults.delayNanos() == 0
                ? begin(faults.abort())
                : Mono.delay(Duration.ofNanos(faults.delayNanos()))
                        .flatMap(now -> begin(faults.abort()));
    }

    private Mono<ClientResponse> begin(@Nullable FaultAbort abort) {
        RouteAnswer answer =
                actions.answer(abort, redirect -> RouteUris.location(request.url(), redirect));
        if (answer == null) {
            return attempts();
        }
        return answer.isReset() ? Mono.error(RoutedCall.resetBy(answer)) : response(answer);
    }

    private Mono<ClientResponse> response(RouteAnswer answer) {
        byte[] content = answer.body();
        ClientResponse.Builder response =
                ClientResponse.create(HttpStatusCode.valueOf(answer.status()));
        HeaderFields.of(answer, actions.responseHeaders())
                .forEach((name, values) -> response.header(name, values.toArray(String[]::new)));
        if (content.length > 0) {
            response.body(
                    Flux.defer(
                            () ->
                                    Flux.just(
                                            DefaultDataBufferFactory.sharedInstance.wrap(
                                                    content))));
        }
        return Mono.just(response.build());
    }

    private Mono<ClientResponse> attempts() {
        if (actions.retries() != null) {
            actions.retries().onRequest();
        }
        Mono<ClientResponse> response = attempt(0).map(this::changed);
        if (actions.timeoutNanos() == 0) {
            return response;
        }
        deadline = now() + actions.timeoutNanos();
        return response.timeout(
                        Duration.ofNanos(actions.timeoutNanos()), Mono.error(this::timedOut))
                .map(this::timed);
    }

    private Mono<ClientResponse> attempt(int retries) {
        RetryPolicy policy = actions.retries();
        if (policy == null) {
            return once();
        }
        Mono<ClientResponse> one = once();
        if (policy.perTryTimeoutNanos() > 0) {
            Duration limit = Duration.ofNanos(policy.perTryTimeoutNanos());
            one =
                    one.timeout(
                            limit,
                            Mono.error(
                                    () ->
                                            new TimeoutException(
                                                    "no response within the route's"
                                                            + " perTryTimeout of "
                                                            + limit)));
        }
        return one.map(End::new)
                .onErrorResume(error -> Mono.just(new End(error)))
                .flatMap(end -> afterAttempt(policy, retries, end));
    }

    private Mono<ClientResponse> once() {
        return Mono.defer(() -> next.exchange(sent))
                .contextWrite(inner -> inner.put(OutgoingRoute.class, route));
    }

    /** How an attempt ended: one of the two is there. */
    private record End(@Nullable ClientResponse response, @Nullable Throwable error) {

        End(ClientResponse response) {
            this(response, null);
        }

        End(Throwable error) {
            this(null, error);
        }

        AttemptResult result() {
            return response == null
                    ? error == null ? AttemptResult.NOT_TRIED : AttemptResults.of(error)
                    : AttemptResult.http(response.statusCode().value());
        }

        Mono<ClientResponse> mono() {
            return error == null ? Mono.justOrEmpty(response) : Mono.error(error);
        }
    }

    private Mono<ClientResponse> afterAttempt(RetryPolicy policy, int retries, End end) {
        if (!body.canRepeat()) {
            return end.mono();
        }
        RetryDecision decision =
                policy.decide(retries, end.result(), isIdempotent, remainingNanos());
        if (!decision.isRetry()) {
            return end.mono();
        }
        if (end.response() != null) {
            discard(end.response());
        }
        return Mono.delay(Duration.ofNanos(decision.delayNanos()))
                .flatMap(now -> attempt(retries + 1));
    }

    private static void discard(ClientResponse response) {
        Disposable unused =
                response.releaseBody().timeout(DRAIN).subscribe(done -> {}, error -> {});
    }

    private long remainingNanos() {
        return actions.timeoutNanos() == 0 ? Long.MAX_VALUE : deadline - now();
    }

    private static long now() {
        return Schedulers.parallel().now(TimeUnit.NANOSECONDS);
    }

    private ClientResponse changed(ClientResponse response) {
        return actions.responseHeaders().isEmpty()
                ? response
                : response.mutate()
                        .headers(headers -> HeaderFields.change(headers, actions.responseHeaders()))
                        .build();
    }

    /** The time of a request ends with the end of its response. */
    private ClientResponse timed(ClientResponse response) {
        return response.mutate().body(this::timed).build();
    }

    private Flux<DataBuffer> timed(Flux<DataBuffer> content) {
        return Flux.defer(
                () ->
                        content.takeUntilOther(
                                Mono.delay(Duration.ofNanos(Math.max(0, deadline - now())))
                                        .then(Mono.error(this::timedOut))));
    }

    private TimeoutException timedOut() {
        return new TimeoutException(
                "the route's timeout of "
                        + Duration.ofNanos(actions.timeoutNanos())
                        + " is over: "
                        + request.method()
                        + " "
                        + request.url().getHost());
    }

    /** Sends a copy of a request that is being sent, if the rule says so of this one. */
    private void copy(AttemptBody.Whole content) {
        MirrorBudget.Copy copy = mirrors.begin(actions);
        if (copy == null) {
            return;
        }
        Mirror mirror = copy.mirror();
        URI uri = RouteUris.ofCopy(sent.url(), mirror);
        String authority =
                actions.authority() == null ? request.url().getRawAuthority() : actions.authority();
        String shadow = Mirror.shadowOf(String.valueOf(authority));
        var its =
                new OutgoingRoute(uri.getHost(), mirror.decision(), mirror.port(), route.colour());
        ClientRequest ofCopy =
                ClientRequest.from(sent)
                        .url(uri)
                        .body(
                                (message, inserting) -> {
                                    AttemptBody.say(shadow, message);
                                    return content.writeTo(message);
                                })
                        .build();
        Disposable unused =
                Mono.defer(() -> next.exchange(ofCopy))
                        .flatMap(ClientResponse::releaseBody)
                        .timeout(Duration.ofNanos(copy.limitNanos()))
                        .contextWrite(context)
                        .contextWrite(inner -> inner.put(OutgoingRoute.class, its))
                        .subscribe(done -> {}, copy::end, () -> copy.end(null));
    }
}

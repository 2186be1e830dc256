package io.opensergo.vertx;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Reactor on a context of Vert.x: signals of publishers, such as the rules of an {@code
 * OpenSergoClient} or the plans of a {@code Governor}, arrive where the code of a verticle runs.
 *
 * <pre>{@code
 * OnContext here = OnContext.current(vertx);
 * here.deliver(governor.plans()).subscribe(plan -> ...);    // on this verticle's event loop
 * }</pre>
 *
 * <p>Immutable, for any thread.
 */
public final class OnContext {

    private final Context context;
    private final Scheduler scheduler;

    private OnContext(Context context) {
        this.context = context;
        this.scheduler = new ContextScheduler(context);
    }

    /** Returns that of the calling code, as {@link Vertx#getOrCreateContext()} finds it. */
    public static OnContext current(Vertx vertx) {
        return of(vertx.getOrCreateContext());
    }

    /** Returns that of a context. */
    public static OnContext of(Context context) {
        return new OnContext(context);
    }

    /**
     * Returns a scheduler whose tasks run on the context, in order. Once Vert.x is closed it
     * rejects them with {@link java.util.concurrent.RejectedExecutionException}. Disposing of it
     * does nothing, as the context is not its own.
     */
    public Scheduler scheduler() {
        return scheduler;
    }

    /**
     * Delivers the signals of a publisher on the context.
     *
     * <p><b>Subscription:</b> on the thread that subscribes.
     *
     * <p><b>Backpressure:</b> as {@link Flux#publishOn(Scheduler)} does, with a small queue.
     *
     * <p><b>Threads:</b> serial, on the context.
     */
    public <T> Flux<T> deliver(Flux<T> source) {
        return source.publishOn(scheduler);
    }

    /** Delivers the signals of a publisher on the context, as {@link #deliver(Flux)} does. */
    public <T> Mono<T> deliver(Mono<T> source) {
        return source.publishOn(scheduler);
    }

    /**
     * Turns an asynchronous operation of Vert.x into a publisher.
     *
     * <p><b>Signals:</b> the result, on the context; completes without a value if it is null.
     *
     * <p><b>Subscription:</b> cold; each one starts the operation, on the context.
     *
     * <p><b>Cancellation:</b> the result is dropped; the operation goes on, as Vert.x has no way to
     * cancel one.
     */
    public <T> Mono<T> mono(Supplier<Future<T>> operation) {
        return Mono.<T>create(
                        sink ->
                                operation
                                        .get()
                                        .onComplete(
                                                result -> {
                                                    if (result.succeeded()) {
                                                        sink.success(result.result());
                                                    } else {
                                                        sink.error(result.cause());
                                                    }
                                                }))
                .subscribeOn(scheduler)
                .publishOn(scheduler);
    }

    /**
     * Turns a publisher into a future, which completes on the context; with null if the publisher
     * completes without a value. Subscribes at once, on the calling thread.
     */
    public <T> Future<T> future(Mono<T> source) {
        Promise<T> promise = ((ContextInternal) context).promise();
        source.publishOn(scheduler)
                .subscribe(promise::tryComplete, promise::tryFail, promise::tryComplete);
        return promise.future();
    }

    /** Returns which context it is. */
    @Override
    public String toString() {
        return "OnContext[" + context + "]";
    }
}

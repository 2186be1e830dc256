package io.opensergo.client;

import io.opensergo.api.ClientClosedException;
import java.util.function.Consumer;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * A cold Flux whose subscribers join and leave a source on the event loop and get its latest value.
 *
 * <p>After the loop was stopped, subscribers get {@link ClientClosedException}.
 */
final class LatestFlux<T> extends Flux<T> {

    private final EventLoop loop;
    private final Scheduler scheduler;
    private final Consumer<LatestSubscription<T>> join;
    private final Consumer<LatestSubscription<T>> leave;

    private LatestFlux(
            EventLoop loop,
            Scheduler scheduler,
            Consumer<LatestSubscription<T>> join,
            Consumer<LatestSubscription<T>> leave) {
        this.loop = loop;
        this.scheduler = scheduler;
        this.join = join;
        this.leave = leave;
    }

    /** Makes a Flux, visible to the assembly hooks of Reactor. */
    static <T> Flux<T> of(
            EventLoop loop,
            Scheduler scheduler,
            Consumer<LatestSubscription<T>> join,
            Consumer<LatestSubscription<T>> leave) {
        return onAssembly(new LatestFlux<>(loop, scheduler, join, leave));
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> subscriber) {
        var subscription =
                new LatestSubscription<T>(
                        subscriber,
                        scheduler,
                        cancelled -> loop.execute(() -> leave.accept(cancelled)));
        subscriber.onSubscribe(subscription);
        if (!loop.execute(() -> joinUnlessOver(subscription))) {
            subscription.fail(new ClientClosedException());
        }
    }

    /** A subscription may be over before it joins; its leaving is then behind us on the loop. */
    private void joinUnlessOver(LatestSubscription<T> subscription) {
        if (!subscription.isOver()) {
            join.accept(subscription);
        }
    }
}

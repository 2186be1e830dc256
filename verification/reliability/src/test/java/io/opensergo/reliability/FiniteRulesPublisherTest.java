package io.opensergo.reliability;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * {@code rules()} of a client that is closed after so many snapshots, which is what completes it.
 *
 * <p>Of the optional rules the TCK reports those as skipped that ask for equal elements to several
 * subscribers: where each gets the latest when it asks, one may miss what another sees.
 */
@Test
public class FiniteRulesPublisherTest extends RulesPublisherVerification {

    @Override
    public long maxElementsFromPublisher() {
        return 100;
    }

    /** The next change is made when the one before it was delivered: none is conflated. */
    @Override
    public Publisher<RuleSnapshot<RateLimitStrategy>> createPublisher(long elements) {
        return elements == 0 ? empty() : Flux.defer(() -> changing(elements));
    }

    private Flux<RuleSnapshot<RateLimitStrategy>> changing(long elements) {
        OpenSergoClient client = connect();
        Target target = newTarget();
        var left = new AtomicLong(elements);
        return rules(client, target)
                .doOnNext(
                        snapshot -> {
                            if (left.decrementAndGet() > 0) {
                                change(target);
                            } else {
                                client.close();
                            }
                        });
    }

    /** Nothing comes where no control plane is. */
    private Flux<RuleSnapshot<RateLimitStrategy>> empty() {
        OpenSergoClient client = connectToNobody();
        return rules(client, Target.of("nobody"))
                .doOnSubscribe(subscription -> Schedulers.boundedElastic().schedule(client::close));
    }
}

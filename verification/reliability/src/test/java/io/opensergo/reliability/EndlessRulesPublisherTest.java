package io.opensergo.reliability;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/**
 * {@code rules()} itself, with no operator between it and the TCK: it goes on for ever, so the TCK
 * leaves out what needs a completion, which {@link FiniteRulesPublisherTest} has.
 */
@Test
public class EndlessRulesPublisherTest extends RulesPublisherVerification {

    @Override
    public long maxElementsFromPublisher() {
        return publisherUnableToSignalOnComplete();
    }

    /** Another client follows the same rules and changes them each time it has seen a change. */
    @Override
    public Publisher<RuleSnapshot<RateLimitStrategy>> createPublisher(long elements) {
        Target target = newTarget();
        OpenSergoClient feeder = connect();
        rules(feeder, target).subscribe(snapshot -> change(target));
        return rules(connect(), target);
    }
}

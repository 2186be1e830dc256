package io.opensergo.test;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;

/**
 * Where assertions begin. For a static import, beside the one of AssertJ if there is one: neither
 * is in the way of the other.
 *
 * <pre>{@code
 * assertThat(orders).admits(50).thenRefusesBy("orders-per-second").retryAfter(ofSeconds(1));
 * assertThat(prices).hasOpenBreaker("break-prices");
 * assertThat(governor).routes(request).to("prices", "beta");
 * }</pre>
 *
 * <p>An assertion on a guard makes the requests that it speaks of, and a message says what the
 * guard, or the router, gives as its reasons.
 */
public final class OpenSergoAssertions {

    private OpenSergoAssertions() {}

    /** Begins an assertion on what a guard decides. */
    public static GuardAssert assertThat(Guard guard) {
        return new GuardAssert(guard);
    }

    /** Begins an assertion on where requests go, and on the rules in force. */
    public static GovernorAssert assertThat(Governor governor) {
        return new GovernorAssert(governor);
    }

    /** Begins an assertion on where requests go, and on the rules in force. */
    public static GovernorAssert assertThat(TestGovernor governor) {
        return new GovernorAssert(governor.governor());
    }
}

package io.opensergo.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.Governor;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.spring.internal.ServerGuards;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.HandlerMapping;

class MvcInterceptorTest {

    private final Governor governor = throttling();
    private final MvcInterceptor interceptor =
            new MvcInterceptor(
                    governor,
                    new ServerGuards(governor, pattern -> false),
                    RejectionResponder.standard());

    @Test
    void aRequestThatMayNotBeAsynchronousWaitsOnItsThread() throws Exception {
        assertThat(serve()).isTrue();
        assertThat(serve()).isTrue();

        assertThat(governor.guard("GET:/paced").stats().waited())
                .isGreaterThan(Duration.ofMillis(1));
    }

    private boolean serve() throws Exception {
        var request = new MockHttpServletRequest("GET", "/paced");
        var response = new MockHttpServletResponse();
        request.setAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, "/paced");
        boolean isServed = interceptor.preHandle(request, response, this);
        interceptor.afterCompletion(request, response, this, null);
        return isServed;
    }

    /** Time goes on a little whenever somebody looks, however slow the machine. */
    private static Governor throttling() {
        var milliseconds = new AtomicLong();
        List<Rule> rules =
                RuleReader.strict()
                        .read(
                                """
                                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                kind: ThrottlingStrategy
                                metadata: {name: line}
                                spec: {minIntervalOfRequests: 50ms, queueTimeout: 10s}
                                ---
                                apiVersion: fault-tolerance.opensergo.io/v1alpha1
                                kind: FaultToleranceRule
                                metadata: {name: rule}
                                spec:
                                  targets: [{targetResourceName: 'GET:/paced'}]
                                  strategies: [{name: line, kind: ThrottlingStrategy}]
                                """,
                                "test")
                        .rules();
        return Governor.builder()
                .rules(rules)
                .ticker(() -> Duration.ofMillis(milliseconds.incrementAndGet()).toNanos())
                .build();
    }
}

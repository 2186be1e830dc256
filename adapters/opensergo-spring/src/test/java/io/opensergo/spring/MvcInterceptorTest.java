package io.opensergo.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.Governor;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.HandlerMapping;

class MvcInterceptorTest {

    private final Governor governor =
            AdmissionTest.governor(
                    "ThrottlingStrategy", "minIntervalOfRequests: 50ms, queueTimeout: 10s");
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
}

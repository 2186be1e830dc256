package io.opensergo.spring;

import io.opensergo.governance.Rejection;
import org.springframework.http.HttpRequest;
import org.springframework.http.ResponseEntity;

/**
 * Answers a request that a rule refuses, on MVC and on WebFlux. A bean of this type replaces {@link
 * #standard()}.
 *
 * <p>Called on the thread of the request; it must not block on WebFlux. What it throws is handled
 * as an exception of the handler would be: to answer by a {@code @ControllerAdvice}, throw {@code
 * new RequestRejectedException(rejection)}.
 */
@FunctionalInterface
public interface RejectionResponder {

    /** Returns the answer. */
    ResponseEntity<byte[]> respond(HttpRequest request, Rejection rejection);

    /**
     * Returns the default: the fallback action of the rule, or else 429 with a problem of RFC 9457
     * as its body; {@code Retry-After} if it can be told.
     */
    static RejectionResponder standard() {
        return StandardResponder.INSTANCE;
    }
}

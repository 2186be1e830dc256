package io.opensergo.client;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test of this module during which a thread blocked that may not: on the event loop the
 * error alone would only be logged.
 */
public final class NoBlockingCalls implements AfterEachCallback {

    @Override
    public void afterEach(ExtensionContext context) {
        List<Throwable> found = BlockingCalls.take();
        if (!found.isEmpty()) {
            var failure =
                    new AssertionError(
                            found.size() + " blocking calls on threads that must not block");
            found.forEach(failure::addSuppressed);
            throw failure;
        }
    }
}

package io.opensergo.governance;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import reactor.core.Exceptions;

/**
 * Looks behind an exception for what it was thrown for: {@code Future.get}, {@code join}, {@code
 * retryWhen}, reflection and most applications wrap what they caught.
 */
final class Causes {

    /** Longer chains are cut: one may be a cycle, since {@code getCause} can be overridden. */
    private static final int MAX_DEPTH = 64;

    /**
     * What {@code block} adds to the exceptions of Reactor that it throws, to show where it was.
     */
    private static final String BLOCK_TRACE = "#block";

    private Causes() {}

    /** Whether an exception comes from the refusal of a guard, whoever wrapped it. */
    static boolean isRefusal(Throwable error) {
        return comesFrom(error, RequestRejectedException.class::isInstance, wrapper -> true);
    }

    /**
     * Whether an exception says that the caller cancelled or interrupted its request. A cause of
     * another exception does not: the resource may fail because it gave up something of its own.
     */
    static boolean isCancellation(Throwable error) {
        return comesFrom(error, Causes::saysGivenUp, Causes::saysNothing);
    }

    private static boolean saysGivenUp(Throwable error) {
        return error instanceof CancellationException
                || error instanceof InterruptedException
                || error instanceof ClosedByInterruptException;
    }

    /** Whether an exception only carries another from one thread or method to the next. */
    private static boolean saysNothing(Throwable error) {
        return error instanceof ExecutionException
                || error instanceof CompletionException
                || error instanceof InvocationTargetException
                || error instanceof UndeclaredThrowableException
                || Exceptions.unwrap(error) != error;
    }

    private static boolean comesFrom(
            Throwable error, Predicate<Throwable> is, Predicate<Throwable> isWrapper) {
        return comesFrom(error, is, isWrapper, MAX_DEPTH);
    }

    /** Several exceptions in one, as of {@code flatMapDelayError}, come from it if all do. */
    private static boolean comesFrom(
            Throwable error, Predicate<Throwable> is, Predicate<Throwable> isWrapper, int depth) {
        if (is.test(error)) {
            return true;
        }
        int left = depth - 1;
        if (left == 0) {
            return false;
        }
        if (Exceptions.isMultiple(error)) {
            List<Throwable> several =
                    Exceptions.unwrapMultipleExcludingTracebacks(error).stream()
                            .filter(one -> !isTraceOfBlock(one))
                            .toList();
            return !several.isEmpty()
                    && several.stream().allMatch(one -> comesFrom(one, is, isWrapper, left));
        }
        Throwable cause = error.getCause();
        return cause != null && isWrapper.test(error) && comesFrom(cause, is, isWrapper, left);
    }

    private static boolean isTraceOfBlock(Throwable error) {
        String message = error.getMessage();
        return error.getClass() == Exception.class
                && message != null
                && message.startsWith(BLOCK_TRACE);
    }
}

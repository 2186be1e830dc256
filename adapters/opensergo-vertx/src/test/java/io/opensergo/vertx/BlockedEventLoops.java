package io.opensergo.vertx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Event loops of Vert.x may not block in the tests of this module. Found by BlockHound, which the
 * test platform installs; what Vert.x and Netty do among themselves is theirs to answer for.
 */
public final class BlockedEventLoops implements BlockHoundIntegration {

    private static final Queue<Throwable> FOUND = new ConcurrentLinkedQueue<>();

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.nonBlockingThreadPredicate(others -> others.or(BlockedEventLoops::isEventLoop));
        builder.blockingMethodCallback(
                method -> {
                    var error = new BlockingOperationError(method);
                    if (isEventLoop(Thread.currentThread()) && isOurs(error)) {
                        FOUND.add(error);
                    }
                });
    }

    /**
     * Netty declares more: with some versions the workers of Vert.x, too, whose task it is to
     * block.
     */
    private static boolean isEventLoop(Thread thread) {
        return thread.getName().startsWith("vert.x-eventloop-thread-");
    }

    /** Classes load when they are first needed, from a jar. */
    private static boolean isOurs(Throwable error) {
        List<String> frames =
                Arrays.stream(error.getStackTrace()).map(frame -> frame.getClassName()).toList();
        return frames.stream()
                        .anyMatch(
                                name ->
                                        name.startsWith("io.opensergo.")
                                                && !name.equals(BlockedEventLoops.class.getName()))
                && frames.stream().noneMatch(name -> name.startsWith("java.lang.ClassLoader"));
    }

    /** Returns the stacks of the calls that were found since this was last asked for. */
    static List<String> take() {
        List<String> taken = new ArrayList<>();
        for (Throwable next = FOUND.poll(); next != null; next = FOUND.poll()) {
            taken.add(
                    Arrays.stream(next.getStackTrace())
                            .map(String::valueOf)
                            .collect(Collectors.joining("\n  ", next.getMessage() + "\n  ", "")));
        }
        return taken;
    }
}

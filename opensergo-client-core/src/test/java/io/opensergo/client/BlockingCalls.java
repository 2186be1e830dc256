package io.opensergo.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Which threads may not block in the tests of this module, where they may all the same, and the
 * calls that did. Found by BlockHound, which the test platform installs.
 *
 * <p>Those of the transport are declared by Netty itself.
 */
public final class BlockingCalls implements BlockHoundIntegration {

    private static final Pattern EVENT_LOOP = Pattern.compile("opensergo-client-\\d+");
    private static final Queue<Throwable> FOUND = new ConcurrentLinkedQueue<>();

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.nonBlockingThreadPredicate(
                others -> others.or(thread -> EVENT_LOOP.matcher(thread.getName()).matches()));
        // Not thrown: an error out of the midst of a lock of the JDK would leave it locked for
        // ever.
        builder.blockingMethodCallback(method -> FOUND.add(new BlockingOperationError(method)));
        // The loop waits for its next task.
        builder.allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "getTask");
        // The queue and the pool of a loop have locks that are held for moments.
        String queue = "java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue";
        builder.allowBlockingCallsInside(queue, "offer");
        builder.allowBlockingCallsInside(queue, "remove");
        String pool = "java.util.concurrent.ThreadPoolExecutor";
        builder.allowBlockingCallsInside(pool, "shutdown");
        builder.allowBlockingCallsInside(pool, "addWorker");
        builder.allowBlockingCallsInside(pool, "processWorkerExit");
        // The first channel of a process has gRPC look for its services in jars.
        builder.allowBlockingCallsInside("io.opensergo.client.ChannelFactory", "channel");
        builder.allowBlockingCallsInside("io.opensergo.client.ChannelFactory", "stub");
        // Rotated PEM files, as TlsContext says.
        builder.allowBlockingCallsInside("io.opensergo.client.TlsContext", "readAgain");
    }

    /** Returns the calls that were found since this was last asked for. */
    static List<Throwable> take() {
        List<Throwable> taken = new ArrayList<>();
        for (Throwable next = FOUND.poll(); next != null; next = FOUND.poll()) {
            taken.add(next);
        }
        return taken;
    }
}

package io.opensergo.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread on which a proxy does everything: sockets that are ready, timers that are due, and
 * tasks of other threads.
 */
final class ProxyLoop {

    /** What to do when a socket is ready; attached to its selection key. */
    interface Handler {

        /** The socket is ready for some of what the key is interested in. */
        void ready(SelectionKey key) throws IOException;

        /** The socket is broken. */
        void failed(IOException cause);
    }

    private record Timer(long dueNanos, Runnable task) {}

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(
                    Comparator.comparing(
                            Timer::dueNanos, (one, other) -> Long.signum(one - other)));
    private @Nullable RuntimeException fault;

    /** After the end a task does no harm, since every socket is closed; its caller runs it. */
    private volatile boolean ended;

    ProxyLoop(String name) throws IOException {
        selector = Selector.open();
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Registers a socket that is in non-blocking mode; on the loop only. */
    SelectionKey register(SelectableChannel channel, int operations, Handler handler)
            throws IOException {
        return channel.register(selector, operations, handler);
    }

    /** Runs a task after a delay; on the loop only. */
    void after(Duration delay, Runnable task) {
        timers.add(new Timer(System.nanoTime() + delay.toNanos(), task));
    }

    /** Runs a task on the loop and returns when it is done; at once if this is the loop. */
    void run(Runnable task) {
        call(
                () -> {
                    task.run();
                    return true;
                });
    }

    /** Runs a task on the loop and returns what it returns. */
    <T> T call(Supplier<T> task) {
        if (Thread.currentThread() == thread) {
            return task.get();
        }
        var result = new CompletableFuture<T>();
        tasks.add(
                () -> {
                    try {
                        result.complete(task.get());
                    } catch (RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                });
        if (ended) {
            runTasks();
        } else {
            selector.wakeup();
        }
        return result.join();
    }

    /** Lets go of the sockets that were closed, which a selector does not before its next turn. */
    void forgetClosed() throws IOException {
        selector.selectNow(key -> {});
    }

    /**
     * Ends the thread.
     *
     * @throws IllegalStateException if the loop failed at anything but a socket
     */
    void close() {
        try {
            selector.close();
            thread.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (fault != null) {
            throw new IllegalStateException("the proxy failed", fault);
        }
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select(ProxyLoop::handle, timeoutMillis());
                runTasks();
                runTimers();
            }
        } catch (ClosedSelectorException e) {
            // the end
        } catch (IOException e) {
            fault = new UncheckedIOException(e);
        } catch (RuntimeException e) {
            fault = e;
        }
        ended = true;
        runTasks();
    }

    private static void handle(SelectionKey key) {
        Handler handler = (Handler) key.attachment();
        try {
            if (key.isValid()) {
                handler.ready(key);
            }
        } catch (IOException e) {
            handler.failed(e);
        }
    }

    /** Zero would mean to wait for ever. */
    private long timeoutMillis() {
        Timer next = timers.peek();
        if (next == null) {
            return 0;
        }
        long left = next.dueNanos() - System.nanoTime();
        return Math.max(1, (left + 999_999) / 1_000_000);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void runTimers() {
        long now = System.nanoTime();
        while (!timers.isEmpty() && timers.element().dueNanos() - now <= 0) {
            timers.remove().task().run();
        }
    }
}

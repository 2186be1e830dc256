package io.opensergo.console.internal.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body as it comes, so that a client that sends slowly has no thread, until it is whole,
 * too large or late.
 *
 * <p>Read by one thread at a time, as the request hands it on; the clock may end it at any time.
 */
final class BodyReader implements Runnable {

    /** Told once how it ended. */
    interface Listener {
        void read(byte[] body);

        void refused(HttpProblem problem);

        void failed(Throwable cause);
    }

    private final Request request;
    private final int maxBytes;
    private final BodyBudget budget;
    private final Listener listener;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger taken = new AtomicInteger();
    private final Scheduler.Task deadline;

    BodyReader(
            Request request, int maxBytes, BodyBudget budget, Duration timeout, Listener listener) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.budget = budget;
        Request.addCompletionListener(request, failure -> budget.giveBack(taken.getAndSet(0)));
        this.listener = listener;
        this.deadline =
                request.getComponents()
                        .getScheduler()
                        .schedule(this::late, timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
        while (!ended.get()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                end(to -> to.failed(chunk.getFailure()));
                return;
            }
            boolean last = chunk.isLast();
            HttpProblem refusal = append(chunk.getByteBuffer());
            chunk.release();
            if (ended.get()) { // the clock was faster, and nobody gives back what came after it
                budget.giveBack(taken.getAndSet(0));
                return;
            }
            if (refusal != null) {
                end(to -> to.refused(refusal));
            } else if (last) {
                byte[] body = bytes.toByteArray();
                end(to -> to.read(body));
            }
        }
    }

    private @Nullable HttpProblem append(ByteBuffer part) {
        int size = part.remaining();
        if (bytes.size() + size > maxBytes) {
            return tooLarge(maxBytes);
        }
        if (!budget.take(size)) {
            return new HttpProblem(503, "busy", "too much is asked at once; try again")
                    .header("Retry-After", "1");
        }
        taken.addAndGet(size);
        byte[] copy = new byte[size];
        part.get(copy);
        bytes.writeBytes(copy);
        return null;
    }

    private void late() {
        end(to -> to.refused(new HttpProblem(408, "too-slow", "the body did not come in time")));
    }

    private void end(Consumer<Listener> how) {
        if (ended.compareAndSet(false, true)) {
            deadline.cancel();
            how.accept(listener);
        }
    }

    static HttpProblem tooLarge(int maxBytes) {
        return new HttpProblem(
                413, "too-large", "the body must have at most " + maxBytes + " bytes");
    }
}

package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One watch: a response whose lines are events, until either side ends it. Confined to the loop,
 * which reads no faster than it applies.
 */
final class WatchCall {

    /** What is made of events; told on the loop. */
    interface Sink {

        /** The server has begun to answer. */
        void opened();

        /** Takes an event of any type, which need not be one of the protocol. */
        void event(JsonNode event);

        /**
         * The watch is over.
         *
         * @param failure why; {@code null} if the server ended it in good order
         */
        void ended(@Nullable ApiException failure);
    }

    private static final int MAX_EVENT_BYTES = 16 * 1024 * 1024;

    private final ScheduledExecutorService loop;
    private final Sink sink;
    private final Function<Throwable, ApiException> failures;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private @Nullable AsyncBody body;
    private @Nullable ScheduledFuture<?> deadline;
    private int code;
    private boolean ended;

    WatchCall(
            ScheduledExecutorService loop, Sink sink, Function<Throwable, ApiException> failures) {
        this.loop = loop;
        this.sink = sink;
        this.failures = failures;
    }

    /** Ends the watch as if the server did, which should have done so by then. */
    void endAfter(Duration atMost) {
        deadline = loop.schedule(() -> end(null), atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends the watch; the sink hears no more of it. */
    void cancel() {
        if (ended) {
            return;
        }
        ended = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (body != null) {
            body.cancel();
        }
    }

    void answered(@Nullable HttpResponse<?> response, @Nullable Throwable failure) {
        if (response == null) {
            end(failure);
            return;
        }
        AsyncBody answer = (AsyncBody) response.body();
        if (ended) {
            answer.cancel();
            return;
        }
        code = response.code();
        body = answer;
        var unused = answer.done().whenComplete((nothing, cut) -> loop.execute(() -> over(cut)));
        if (code == 200) {
            sink.opened();
        }
        answer.consume();
    }

    /** Takes what the server sent, on a thread of the HTTP client. */
    void chunk(List<ByteBuffer> buffers, AsyncBody of) {
        loop.execute(
                () -> {
                    for (ByteBuffer buffer : buffers) {
                        take(buffer);
                    }
                    if (!ended) {
                        of.consume();
                    }
                });
    }

    private void take(ByteBuffer buffer) {
        while (buffer.hasRemaining() && !ended) {
            byte next = buffer.get();
            if (next == '\n' && code == 200) {
                event();
            } else if (line.size() < MAX_EVENT_BYTES) {
                line.write(next);
            } else {
                end(garbage("an event of more than " + MAX_EVENT_BYTES + " bytes"));
            }
        }
    }

    private void event() {
        JsonNode event = ApiServer.parse(line.toByteArray());
        line.reset();
        if (event == null) {
            end(garbage("a line that is no event of a watch"));
        } else {
            sink.event(event);
        }
    }

    private static ApiException garbage(String what) {
        return new ApiException(ApiException.NO_ANSWER, "it sent " + what, null);
    }

    private void over(@Nullable Throwable cut) {
        if (code == 200) {
            end(cut);
        } else {
            byte[] text = line.toByteArray();
            String plain = new String(text, StandardCharsets.UTF_8);
            end(ApiException.of(code, ApiServer.parse(text), plain));
        }
    }

    private void end(@Nullable Throwable failure) {
        if (!ended) {
            cancel();
            sink.ended(failure == null ? null : failures.apply(failure));
        }
    }
}

package io.opensergo.examples.console;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** An instance of an application that gets so many requests a second. */
final class Traffic implements AutoCloseable {

    private final OpenSergoClient client;
    private final Governor governor;
    private final Guard guard;
    private final LongFunction<Outcome> outcome;
    private final ScheduledExecutorService requests =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        var thread = new Thread(task, "requests");
                        thread.setDaemon(true);
                        return thread;
                    });
    private long number; // by the thread of requests

    private Traffic(
            String endpoint,
            String app,
            String resource,
            int perSecond,
            LongFunction<Outcome> outcome) {
        this.client = OpenSergoClients.connect(endpoint);
        this.governor = Governor.of(client, Target.of(app));
        this.guard = governor.guard(resource);
        this.outcome = outcome;
        Future<?> unused =
                requests.scheduleAtFixedRate(
                        this::request,
                        0,
                        Duration.ofSeconds(1).toNanos() / perSecond,
                        TimeUnit.NANOSECONDS);
    }

    /** Requests that end well. */
    static Traffic good(String endpoint, String app, String resource, int perSecond) {
        return new Traffic(endpoint, app, resource, perSecond, number -> Outcome.SUCCESS);
    }

    /** Requests of which three of four fail. */
    static Traffic failing(String endpoint, String app, String resource, int perSecond) {
        var failure = new IllegalStateException("the bank does not answer");
        return new Traffic(
                endpoint,
                app,
                resource,
                perSecond,
                number -> number % 4 == 0 ? Outcome.SUCCESS : Outcome.failure(failure));
    }

    private void request() {
        long token = guard.acquire();
        if (!Guard.isRefused(token)) {
            guard.release(token, outcome.apply(number++));
        }
    }

    @Override
    public void close() {
        requests.shutdownNow();
        governor.close();
        client.close();
    }
}

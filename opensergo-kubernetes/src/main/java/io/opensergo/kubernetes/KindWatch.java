package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one kind, in a namespace or in all: lists them, then watches from the version of
 * the list, and lists anew if that version has become too old. Nothing that goes wrong takes a rule
 * away; only a complete list and a deletion do. Confined to the loop.
 */
final class KindWatch implements WatchCall.Sink {

    /** Hears of a watch; on the loop. */
    interface Owner {

        /** The server answered: a page, or an event. */
        void progress();

        /** It has been listed, or it is clear why it cannot be; what is known has changed. */
        void changed();
    }

    private static final int PAGE = 500;
    private static final long LONG_WATCH_NANOS = Duration.ofSeconds(5).toNanos();

    private final KindResource resource;
    private final @Nullable String namespace;
    private final String selector;
    private final ApiServer server;
    private final ObjectTable table;
    private final ScheduledExecutorService loop;
    private final Timing timing;
    private final Owner owner;
    private final Backoff backoff;

    private final Set<RuleId> listed = new HashSet<>();
    private String version = "";
    private boolean unpaged;
    private boolean synced;
    private boolean closed;
    private @Nullable WatchCall watch;
    private @Nullable ScheduledFuture<?> retry;
    private long watchBegan;
    private int failures;
    private @Nullable ApiException failure;
    private boolean failedToWatch;

    /**
     * @param namespace {@code null} for all of them
     * @param selector a label selector, empty for all objects
     */
    KindWatch(
            KindResource resource,
            @Nullable String namespace,
            String selector,
            ApiServer server,
            ObjectTable table,
            ScheduledExecutorService loop,
            Timing timing,
            Owner owner) {
        this.resource = resource;
        this.namespace = namespace;
        this.selector = selector;
        this.server = server;
        this.table = table;
        this.loop = loop;
        this.timing = timing;
        this.owner = owner;
        this.backoff = new Backoff(timing.firstRetry(), timing.lastRetry());
    }

    KindResource resource() {
        return resource;
    }

    RuleKind<?> kind() {
        return resource.kind();
    }

    /** Returns whether it has been listed whole at least once. */
    boolean isSynced() {
        return synced;
    }

    /** Returns why the server does not serve it, {@code null} while it does. */
    @Nullable ApiException failure() {
        return failure;
    }

    /** Returns whether it is clear what becomes of it at first: listed, or refused for good. */
    boolean isSettled() {
        return synced
                || (failure != null
                        && (failure.is(ApiException.FORBIDDEN)
                                || failure.is(ApiException.NOT_FOUND)));
    }

    /** Returns whether its failure is worth a report: one that the next try mends is not. */
    boolean isFailing() {
        return failure != null && (failures > 1 || !synced || failure.code() > 0);
    }

    /** Returns what is wrong and what to do, for an operator. */
    String describeFailure() {
        String text = failure == null ? "" : failure.text();
        if (failure != null && failure.is(ApiException.FORBIDDEN)) {
            return resource.describe(namespace)
                    + " may not be "
                    + (failedToWatch ? "watched, so it is listed now and then: " : "listed: ")
                    + text
                    + "; grant the verbs [list, watch] on "
                    + resource.plural()
                    + "."
                    + KindResource.group(kind())
                    + (namespace == null ? " in a ClusterRole" : " in a Role of that namespace");
        }
        if (failure != null && failure.is(ApiException.NOT_FOUND)) {
            return resource.describe(namespace) + " is no longer served: was its CRD deleted?";
        }
        if (failure != null && failure.is(ApiException.UNAUTHORIZED)) {
            return "the API server does not accept the credentials ("
                    + text
                    + "): is the token or certificate expired?";
        }
        return "the API server does not answer as it should: " + text;
    }

    void start() {
        list();
    }

    void close() {
        closed = true;
        if (watch != null) {
            watch.cancel();
        }
        if (retry != null) {
            retry.cancel(false);
        }
    }

    private void list() {
        listed.clear();
        page("");
    }

    private void page(String next) {
        String query =
                (unpaged ? "?" : "?limit=" + PAGE + "&")
                        + (selector.isEmpty()
                                ? ""
                                : "labelSelector=" + KindResource.encoded(selector) + "&")
                        + (next.isEmpty() ? "" : "continue=" + KindResource.encoded(next));
        String path = resource.path(namespace) + query.replaceFirst("[?&]$", "");
        server.get(
                path,
                (page, reason) -> {
                    if (closed) {
                        return;
                    }
                    if (page != null) {
                        takePage(page);
                    } else if (reason != null && expired(reason, next)) {
                        list();
                    } else if (reason != null) {
                        failed(reason, false, this::list);
                    }
                });
    }

    /**
     * Returns whether to begin anew since the version of the list has become too old on the way to
     * its end; when that happens again, without pages. The token that the server offers to go on
     * with would leave out what changed on the pages before.
     */
    private boolean expired(ApiException reason, String next) {
        if (!reason.is(ApiException.GONE) || next.isEmpty()) {
            return false;
        }
        unpaged = failures++ > 0;
        return true;
    }

    private void takePage(JsonNode page) {
        owner.progress();
        for (JsonNode item : page.path("items")) {
            listed.add(ObjectTable.idOf(kind(), item));
            table.put(kind(), item);
        }
        JsonNode metadata = page.path("metadata");
        String next = metadata.path("continue").asText("");
        if (!next.isEmpty()) {
            page(next);
            return;
        }
        table.retain(kind(), namespace, listed);
        listed.clear();
        version = metadata.path("resourceVersion").asText("");
        unpaged = false;
        synced = true;
        if (!failedToWatch) {
            well();
        }
        owner.changed();
        watch();
    }

    private void well() {
        failures = 0;
        failure = null;
        failedToWatch = false;
    }

    private void watch() {
        watchBegan = System.nanoTime();
        long seconds = Math.max(1, timing.watch().toSeconds());
        String path =
                resource.path(namespace)
                        + "?watch=1&allowWatchBookmarks=true&timeoutSeconds="
                        + seconds
                        + "&resourceVersion="
                        + KindResource.encoded(version)
                        + (selector.isEmpty()
                                ? ""
                                : "&labelSelector=" + KindResource.encoded(selector));
        watch = server.watch(path, timing.watch().plus(timing.request()), this);
    }

    @Override
    public void opened() {
        if (failure != null) {
            failure = null;
            failedToWatch = false;
            owner.changed();
        }
    }

    @Override
    public void event(JsonNode event) {
        JsonNode object = event.path("object");
        String type = event.path("type").asText();
        switch (type) {
            case "ADDED", "MODIFIED" -> table.put(kind(), object);
            case "DELETED" -> table.delete(kind(), object);
            case "BOOKMARK" -> {}
            default -> {
                stop();
                int code = type.equals("ERROR") ? object.path("code").asInt() : 0;
                ended(ApiException.of(code, object, "an event of type '" + type + "'"));
                return;
            }
        }
        String newer = object.path("metadata").path("resourceVersion").asText();
        version = newer.isEmpty() ? version : newer;
        backoff.reset();
        well();
        owner.changed();
    }

    private void stop() {
        if (watch != null) {
            watch.cancel();
        }
    }

    @Override
    public void ended(@Nullable ApiException reason) {
        if (closed) {
            return;
        }
        boolean lasted = System.nanoTime() - watchBegan > LONG_WATCH_NANOS;
        if (reason == null) {
            well();
            if (lasted) {
                backoff.reset();
                watch();
            } else {
                later(this::watch);
            }
        } else if (reason.is(ApiException.GONE)) {
            later(this::list);
        } else if (reason.is(ApiException.FORBIDDEN)) {
            failed(reason, true, this::list);
        } else {
            failed(reason, false, reason.is(ApiException.NOT_FOUND) ? this::list : this::watch);
        }
    }

    private void failed(ApiException reason, boolean toWatch, Runnable again) {
        failures++;
        failure = reason;
        failedToWatch = toWatch;
        owner.changed();
        later(again);
    }

    private void later(Runnable again) {
        retry = loop.schedule(again, backoff.nextNanos(), TimeUnit.NANOSECONDS);
    }
}

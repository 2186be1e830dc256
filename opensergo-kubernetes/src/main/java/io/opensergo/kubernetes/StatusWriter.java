package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what becomes of objects into their status, and an event for each that is refused.
 *
 * <p>It compares first and writes only what differs: one request at a time, at most 50 in a second,
 * by server-side apply of the conditions alone. As each replica wants the same, the second one
 * finds it written; a status that somebody else changes back and back again is left alone. Whatever
 * fails here takes no rule out of force. Confined to the loop.
 */
final class StatusWriter {

    static final String MANAGER = "opensergo-control-plane";

    private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
    private static final Duration SPACING = Duration.ofMillis(20);
    private static final int MAX_PER_TURN = 200;
    private static final int MAX_EQUAL_WRITES = 5;
    private static final String APPLY = "application/apply-patch+yaml";

    /** The last status that was written of an object, and how often in a row. */
    private record Written(ObjectStatus status, int times) {}

    /** A kind whose status cannot be written for a while. */
    private static final class Refused {

        private final Backoff backoff;
        private final Set<RuleId> held = new LinkedHashSet<>();
        private boolean closed = true;
        private String problem = "";

        Refused(Timing timing) {
            backoff = new Backoff(timing.firstRetry(), timing.lastRetry().multipliedBy(10));
        }
    }

    private final ObjectTable table;
    private final ApiServer server;
    private final ScheduledExecutorService loop;
    private final Timing timing;
    private final Function<RuleKind<?>, @Nullable KindResource> resources;
    private final Runnable changed;
    private final Set<RuleId> queue = new LinkedHashSet<>();
    private final Map<RuleId, Written> written = new HashMap<>();
    private final Map<RuleKind<?>, Refused> refused = new LinkedHashMap<>();
    private final Map<RuleId, String> disputed = new LinkedHashMap<>();
    private @Nullable ScheduledFuture<?> turn;
    private boolean inFlight;
    private boolean eventsRefused;
    private boolean closed;

    /**
     * @param resources where objects of a kind are; {@code null} while it is not followed
     * @param changed told when there are other problems than before
     */
    StatusWriter(
            ObjectTable table,
            ApiServer server,
            ScheduledExecutorService loop,
            Timing timing,
            Function<RuleKind<?>, @Nullable KindResource> resources,
            Runnable changed) {
        this.table = table;
        this.server = server;
        this.loop = loop;
        this.timing = timing;
        this.resources = resources;
        this.changed = changed;
    }

    /** Takes note of objects whose status may have to be another one, and waits for more. */
    void consider(Collection<RuleId> ids) {
        queue.addAll(ids);
        if (!ids.isEmpty()) {
            later(timing.firstRetry());
        }
    }

    private void later(Duration pause) {
        if (turn == null && !inFlight && !closed) {
            turn = loop.schedule(this::turn, pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void turn() {
        turn = null;
        for (int i = 0; i < MAX_PER_TURN && !queue.isEmpty(); i++) {
            RuleId id = queue.iterator().next();
            queue.remove(id);
            if (begin(id)) {
                return;
            }
        }
        if (!queue.isEmpty()) {
            later(Duration.ZERO);
        }
    }

    /** Returns whether a request was begun, whose end goes on with the queue. */
    private boolean begin(RuleId id) {
        ObjectTable.Current object = table.find(id);
        KindResource resource = object == null ? null : resources.apply(object.kind());
        if (object == null || resource == null) {
            written.remove(id);
            disputed.remove(id);
            return false;
        }
        ObjectStatus wanted = object.wanted();
        if (wanted.isIn(object.status())) {
            settle(id);
            return false;
        }
        Refused known = refused.get(object.kind());
        if (known != null && known.closed) {
            known.held.add(id);
            return false;
        }
        Written last = written.get(id);
        boolean again = last != null && last.status().equals(wanted);
        int times = last != null && again ? last.times() + 1 : 1;
        if (times > MAX_EQUAL_WRITES) {
            dispute(id);
            return false;
        }
        written.put(id, new Written(wanted, times));
        send(id, object, resource, wanted);
        return true;
    }

    private void settle(RuleId id) {
        if (disputed.remove(id) != null) {
            changed.run();
        }
    }

    private void dispute(RuleId id) {
        String message =
                id
                        + ": another control plane or controller changes the conditions of its"
                        + " status again and again, so they are left alone; have one of them write"
                        + " no status";
        if (disputed.put(id, message) == null) {
            changed.run();
        }
    }

    private void send(
            RuleId id, ObjectTable.Current object, KindResource resource, ObjectStatus wanted) {
        inFlight = true;
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("apiVersion", object.kind().apiVersion()).put("kind", object.kind().name());
        body.putObject("metadata").put("name", id.name()).put("namespace", id.namespace());
        body.putObject("status").set("conditions", wanted.conditions());
        String path =
                resource.path(id.namespace())
                        + "/"
                        + KindResource.encoded(id.name())
                        + "/status?force=true&fieldManager="
                        + MANAGER;
        server.send(
                "PATCH",
                path,
                APPLY,
                body,
                (answer, failure) -> {
                    inFlight = false;
                    if (closed) {
                        return;
                    }
                    if (answer != null) {
                        wrote(id, object, wanted, answer);
                    } else if (failure != null) {
                        failed(id, object.kind(), resource, failure);
                    }
                    later(SPACING);
                });
    }

    private void wrote(
            RuleId id, ObjectTable.Current object, ObjectStatus wanted, JsonNode answer) {
        if (!wanted.isIn(answer.path("status"))) {
            refuse(
                    object.kind(),
                    id,
                    "the CRD of "
                            + object.kind().name()
                            + " keeps no conditions in the status: apply the CRDs that 'opensergo"
                            + " schema --crd' prints");
            return;
        }
        boolean wasRefused = refused.remove(object.kind()) != null;
        if (!wanted.isAccepted()) {
            event(id, object, wanted);
        }
        if (wasRefused) {
            changed.run();
        }
    }

    private void failed(RuleId id, RuleKind<?> kind, KindResource resource, ApiException failure) {
        if (failure.is(ApiException.NOT_FOUND) && table.find(id) == null) {
            return;
        }
        refuse(
                kind,
                id,
                failure.is(ApiException.FORBIDDEN)
                        ? "the status of "
                                + kind.name()
                                + " may not be written: "
                                + failure.text()
                                + "; grant the verb patch on "
                                + resource.plural()
                                + "/status."
                                + KindResource.group(kind)
                        : "the status of " + id + " cannot be written: " + failure.text());
    }

    /** Leaves the status of a kind alone for a while. */
    private void refuse(RuleKind<?> kind, RuleId id, String problem) {
        Refused known = refused.computeIfAbsent(kind, first -> new Refused(timing));
        known.closed = true;
        known.problem = problem;
        known.held.add(id);
        written.remove(id);
        changed.run();
        var unused =
                loop.schedule(
                        () -> {
                            known.closed = false;
                            queue.addAll(known.held);
                            known.held.clear();
                            later(Duration.ZERO);
                        },
                        known.backoff.nextNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /**
     * Adds an event, whose name follows from the object and its generation: that of another replica
     * is the same one.
     */
    private void event(RuleId id, ObjectTable.Current object, ObjectStatus wanted) {
        if (eventsRefused) {
            return;
        }
        server.send(
                "POST",
                "/api/v1/namespaces/" + KindResource.encoded(id.namespace()) + "/events",
                "application/json",
                Events.invalid(id, object, wanted.message(), Instant.now()),
                (answer, failure) -> {
                    if (failure != null && failure.is(ApiException.FORBIDDEN)) {
                        eventsRefused = true;
                        LOG.warn(
                                "No events are written: {}; grant the verb create on events",
                                failure.text());
                    } else if (failure != null && !failure.is(ApiException.CONFLICT)) {
                        LOG.warn("The event of {} cannot be written: {}", id, failure.text());
                    }
                });
    }

    /** Returns why status is not written, in the order in which that was found. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        refused.values().forEach(each -> problems.add(each.problem));
        problems.addAll(disputed.values());
        return problems;
    }

    /** Writes nothing more. */
    void close() {
        closed = true;
        if (turn != null) {
            turn.cancel(false);
        }
    }
}

package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Events of Kubernetes, which {@code kubectl describe} shows for an hour. */
final class Events {

    private static final int MAX_MESSAGE = 1024;
    private static final int MAX_NAME = 253;

    private Events() {}

    /** Returns the event that says that an object is no valid rule. */
    static ObjectNode invalid(RuleId id, ObjectTable.Current object, String message, Instant now) {
        int mark = (object.uid() + object.generation()).hashCode();
        String suffix = String.format(Locale.ROOT, ".%08x", mark);
        String name = id.name();
        if (name.length() + suffix.length() > MAX_NAME) {
            name = name.substring(0, MAX_NAME - suffix.length());
        }
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("apiVersion", "v1").put("kind", "Event");
        event.putObject("metadata").put("name", name + suffix).put("namespace", id.namespace());
        event.putObject("involvedObject")
                .put("apiVersion", object.kind().apiVersion())
                .put("kind", object.kind().name())
                .put("namespace", id.namespace())
                .put("name", id.name())
                .put("uid", object.uid())
                .put("resourceVersion", object.resourceVersion());
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        event.put("type", "Warning").put("reason", "Invalid");
        event.put(
                "message",
                message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE));
        event.put("firstTimestamp", time).put("lastTimestamp", time).put("count", 1);
        event.putObject("source").put("component", StatusWriter.MANAGER);
        return event;
    }
}

package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.database.DatabaseDiscovery;
import io.opensergo.rules.traffic.TrafficLane;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Forms that the specification's own examples have although its text says otherwise. They are read
 * as what they mean, with a warning that shows the right form.
 */
final class PublishedForms {

    private static final Set<String> MATCH_FIELDS = Set.of("exact", "prefix", "regex");
    private static final List<String> GROUP_FIELDS =
            List.of("discoveryHeartbeatName", "discoveryTypeName");

    /** Enough for a form to be seen, in characters. */
    private static final int MAX_SHOWN = 300;

    private PublishedForms() {}

    /** Returns a {@code spec} in its right form; trees are shared, so the given one stays. */
    static ObjectNode correct(RuleKind<?> kind, ObjectNode spec, FieldPath path, Faults faults) {
        if (TrafficLane.KIND.equals(kind)) {
            return correctLane(spec, path, faults);
        }
        return DatabaseDiscovery.KIND.equals(kind) ? correctDiscovery(spec, path, faults) : spec;
    }

    /** {@code headers: [{x-user:, exact: a}]} for {@code headers: {x-user: {exact: a}}}. */
    private static ObjectNode correctLane(ObjectNode spec, FieldPath path, Faults faults) {
        if (!(spec.get("rules") instanceof ObjectNode rules
                && rules.get("traffic") instanceof ObjectNode traffic
                && traffic.get("http") instanceof ObjectNode http)) {
            return spec;
        }
        ObjectNode headers = headers(http.path("headers"));
        if (headers == null) {
            return spec;
        }
        faults.warn(
                path.field("rules").field("traffic").field("http").field("headers"),
                "is a list, as in an example of the specification, and is read as an object;"
                        + " write headers: "
                        + shown(headers));
        ObjectNode right = with(http, "headers", headers);
        return with(spec, "rules", with(rules, "traffic", with(traffic, "http", right)));
    }

    /** Returns the object that a list stands for, or {@code null} if it may mean anything else. */
    private static @Nullable ObjectNode headers(JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            return null;
        }
        ObjectNode headers = Codec.NODES.objectNode();
        for (JsonNode element : list) {
            String name = null;
            ObjectNode match = Codec.NODES.objectNode();
            for (var field : element.properties()) {
                JsonNode value = field.getValue();
                if (MATCH_FIELDS.contains(field.getKey()) && value.isValueNode()) {
                    match.set(field.getKey(), text(value));
                } else if (name == null && (value.isNull() || value.isObject())) {
                    name = field.getKey();
                    value.properties()
                            .forEach(each -> match.set(each.getKey(), text(each.getValue())));
                } else {
                    return null;
                }
            }
            if (name == null || match.size() != 1 || headers.has(name)) {
                return null;
            }
            headers.set(name, match);
        }
        return headers;
    }

    /** A number that a text wrote is what it looked like there; one of the wire is not known. */
    private static JsonNode text(JsonNode value) {
        boolean written =
                value.isIntegralNumber()
                        || value.isBigDecimal()
                        || value.isBoolean()
                        || value.isPojo();
        return written ? Codec.NODES.textNode(value.asText()) : value;
    }

    /** Names that stand beside the groups of {@code dataSources} instead of in each of them. */
    private static ObjectNode correctDiscovery(ObjectNode spec, FieldPath path, Faults faults) {
        if (!(spec.get("dataSources") instanceof ObjectNode sources)) {
            return spec;
        }
        ObjectNode groups = Codec.NODES.objectNode();
        ObjectNode misplaced = Codec.NODES.objectNode();
        sources.properties()
                .forEach(
                        field -> {
                            boolean isName =
                                    GROUP_FIELDS.contains(field.getKey())
                                            && field.getValue().isTextual();
                            (isName ? misplaced : groups).set(field.getKey(), field.getValue());
                        });
        if (misplaced.isEmpty() || groups.isEmpty()) {
            return spec;
        }
        for (String name : names(groups)) {
            if (!(groups.get(name) instanceof ObjectNode group)) {
                return spec;
            }
            ObjectNode right = misplaced.deepCopy();
            right.setAll(group);
            groups.set(name, right);
        }
        for (String name : names(misplaced)) {
            faults.warn(
                    path.field("dataSources").field(name),
                    "stands beside the groups, as in an example of the specification, and is read as"
                            + " a field of each; write dataSources: "
                            + shown(groups));
        }
        return with(spec, "dataSources", groups);
    }

    private static String shown(ObjectNode right) {
        String text = right.toString();
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    private static List<String> names(ObjectNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static ObjectNode with(ObjectNode object, String field, JsonNode value) {
        ObjectNode changed = Codec.NODES.objectNode();
        changed.setAll(object);
        changed.set(field, value);
        return changed;
    }
}

package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.document.Problem;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one object as its status shall bear them. They follow from the objects alone:
 * no time, no name of a replica and nothing of what came before is in them, so that all replicas
 * want the same and write it once.
 */
record ObjectStatus(ArrayNode conditions) {

    static final String ACCEPTED = "Accepted";
    static final String RESOLVED_REFS = "ResolvedRefs";

    private static final int MAX_MESSAGE = 2048;

    /**
     * Returns the status of an object.
     *
     * @param generation of its {@code spec}
     * @param problems what is wrong with it, warnings too
     * @param dangling the references that lead nowhere; {@code null} if it has none at all
     */
    static ObjectStatus of(
            long generation, List<Problem> problems, @Nullable List<String> dangling) {
        ArrayNode conditions = JsonNodeFactory.instance.arrayNode();
        boolean valid = problems.stream().noneMatch(Problem::isError);
        String text = problems.stream().map(ObjectStatus::text).collect(Collectors.joining("; "));
        conditions.add(
                condition(
                        ACCEPTED,
                        valid,
                        valid ? "Accepted" : "Invalid",
                        valid && text.isEmpty() ? "the rule is served" : text,
                        generation));
        if (valid && dangling != null) {
            conditions.add(
                    condition(
                            RESOLVED_REFS,
                            dangling.isEmpty(),
                            dangling.isEmpty() ? "ResolvedRefs" : "RefNotFound",
                            dangling.isEmpty()
                                    ? "all that it refers to is there"
                                    : String.join("; ", dangling),
                            generation));
        }
        return new ObjectStatus(conditions);
    }

    private static String text(Problem problem) {
        String where = problem.path().isEmpty() ? "" : problem.path() + " ";
        return where + problem.message();
    }

    private static ObjectNode condition(
            String type, boolean isTrue, String reason, String message, long generation) {
        String cut =
                message.length() <= MAX_MESSAGE
                        ? message
                        : message.substring(0, MAX_MESSAGE) + "...";
        ObjectNode condition = JsonNodeFactory.instance.objectNode();
        condition.put("type", type).put("status", isTrue ? "True" : "False");
        condition.put("reason", reason).put("message", cut);
        return condition.put("observedGeneration", generation);
    }

    /** Returns whether a status already says all of it, whatever else it says. */
    boolean isIn(JsonNode status) {
        for (JsonNode wanted : conditions) {
            JsonNode found = find(status, wanted.path("type").asText());
            if (!saysTheSame(wanted, found)) {
                return false;
            }
        }
        boolean stale =
                conditions.size() == 1 && find(status, RESOLVED_REFS).has("observedGeneration");
        return !stale;
    }

    private static boolean saysTheSame(JsonNode wanted, JsonNode found) {
        for (String field : List.of("status", "reason", "message")) {
            if (!wanted.path(field).equals(found.path(field))) {
                return false;
            }
        }
        return wanted.path("observedGeneration").asLong()
                == found.path("observedGeneration").asLong();
    }

    private static JsonNode find(JsonNode status, String type) {
        for (JsonNode each : status.path("conditions")) {
            if (each.path("type").asText().equals(type)) {
                return each;
            }
        }
        return JsonNodeFactory.instance.objectNode();
    }

    boolean isAccepted() {
        return conditions.get(0).path("status").asText().equals("True");
    }

    /** Returns what is wrong, as {@code kubectl describe} shall show it. */
    String message() {
        return conditions.get(0).path("message").asText();
    }
}

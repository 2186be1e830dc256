package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Answers what an API server asks before it stores an object. For any number of threads. */
final class AdmissionReviews {

    private static final String VERSION = "admission.k8s.io/v1";
    private static final int UNPROCESSABLE = 422;

    private final RuleKinds kinds;
    private final RuleReader reader;
    private final Supplier<? extends Collection<? extends Rule>> rules;

    AdmissionReviews(RuleKinds kinds, Supplier<? extends Collection<? extends Rule>> rules) {
        this.kinds = kinds;
        this.reader = RuleReader.strict().withKinds(kinds).withAppRequired();
        this.rules = rules;
    }

    /**
     * Answers a review.
     *
     * @throws IllegalArgumentException if it is none of the version that is understood
     */
    String answer(byte[] review) {
        JsonNode asked = ApiServer.parse(review);
        if (asked == null
                || !asked.path("apiVersion").asText().equals(VERSION)
                || !asked.path("request").path("uid").isTextual()) {
            throw new IllegalArgumentException(
                    "expected an AdmissionReview of " + VERSION + " with a request");
        }
        JsonNode request = asked.path("request");
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("apiVersion", VERSION).put("kind", "AdmissionReview");
        ObjectNode response = answer.putObject("response");
        response.set("uid", request.path("uid"));
        judge(request.path("object"), response);
        return answer.toString();
    }

    private void judge(JsonNode object, ObjectNode response) {
        if (!object.isObject() || !isOfOurs(object)) {
            response.put("allowed", true); // such as a deletion
            return;
        }
        RuleDocument read = reader.read(object, "object");
        List<String> errors =
                read.problems().stream()
                        .filter(Problem::isError)
                        .map(AdmissionReviews::text)
                        .toList();
        response.put("allowed", errors.isEmpty());
        ArrayNode warnings = JsonNodeFactory.instance.arrayNode();
        read.problems().stream()
                .filter(each -> !each.isError())
                .map(AdmissionReviews::text)
                .forEach(warnings::add);
        Rule rule = read.rule();
        if (errors.isEmpty() && rule != null) {
            dangling(rule).forEach(warnings::add);
        } else if (!errors.isEmpty()) {
            response.putObject("status")
                    .put("code", UNPROCESSABLE)
                    .put("reason", "Invalid")
                    .put("message", message(read.id(), errors));
        }
        if (!warnings.isEmpty()) {
            response.set("warnings", warnings);
        }
    }

    private boolean isOfOurs(JsonNode object) {
        String wireName = object.path("apiVersion").asText() + "/" + object.path("kind").asText();
        return kinds.find(wireName) != null;
    }

    private static String message(@Nullable RuleId id, List<String> errors) {
        String all = errors.stream().collect(Collectors.joining("; "));
        return id == null ? all : id + " is no valid rule: " + all;
    }

    private static String text(Problem problem) {
        return problem.path().isEmpty()
                ? problem.message()
                : problem.path() + " " + problem.message();
    }

    private List<String> dangling(Rule rule) {
        return References.has(rule.kind()) ? References.dangling(rule, rules.get()) : List.of();
    }
}

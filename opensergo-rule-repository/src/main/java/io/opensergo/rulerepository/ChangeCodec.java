package io.opensergo.rulerepository;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes as JSON. */
final class ChangeCodec {

    /** Without a limit of texts: a file of 16 MiB is longer in base 64 than Jackson reads. */
    static final ObjectMapper JSON =
            new ObjectMapper(
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder()
                                            .maxStringLength(Integer.MAX_VALUE)
                                            .build())
                            .build());

    private ChangeCodec() {}

    static ObjectNode toTree(RuleChange change) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put("id", change.id());
        tree.put("time", change.time().toString());
        tree.put("author", change.author());
        tree.put("message", change.message());
        tree.put("origin", change.origin());
        ArrayNode entries = tree.putArray("entries");
        for (RuleChange.Entry entry : change.entries()) {
            entries.addObject()
                    .put("kind", entry.id().kind())
                    .put("namespace", entry.id().namespace())
                    .put("name", entry.id().name())
                    .put("before", entry.before())
                    .put("after", entry.after());
        }
        return tree;
    }

    static byte[] toBytes(JsonNode tree) {
        try {
            return JSON.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("writing a tree to memory failed", e);
        }
    }

    /** Returns a change, or {@code null} if the tree is none, as part of a line is. */
    static @Nullable RuleChange fromTree(@Nullable JsonNode tree) {
        if (tree == null || !tree.path("id").isTextual() || !tree.path("entries").isArray()) {
            return null;
        }
        try {
            List<RuleChange.Entry> entries = new ArrayList<>();
            for (JsonNode entry : tree.path("entries")) {
                var id =
                        new RuleId(
                                entry.path("kind").asText(),
                                entry.path("namespace").asText(),
                                entry.path("name").asText());
                entries.add(
                        new RuleChange.Entry(
                                id, text(entry.path("before")), text(entry.path("after"))));
            }
            return new RuleChange(
                    tree.path("id").asText(),
                    tree.path("author").asText(),
                    tree.path("message").asText(),
                    text(tree.path("origin")),
                    Instant.parse(tree.path("time").asText()),
                    entries);
        } catch (DateTimeException | IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() ? node.textValue() : null;
    }
}

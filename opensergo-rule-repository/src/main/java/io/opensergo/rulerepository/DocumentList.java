package io.opensergo.rulerepository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/** Tells documents that are lists, as {@code kubectl} writes them, from those that are rules. */
final class DocumentList {

    private static final ObjectMapper YAML = new YAMLMapper();

    private DocumentList() {}

    /**
     * Returns whether a document that was read without a syntax error is a list. A list of one rule
     * is read as that rule, but its text is not the rule's.
     */
    static boolean isList(String text) {
        if (!text.contains("items")) {
            return false;
        }
        try {
            JsonNode tree = YAML.readTree(text.replace('\t', ' '));
            return tree.path("kind").asText().endsWith("List") && tree.has("items");
        } catch (JsonProcessingException e) {
            return false; // it is no rule either, and its problems say why
        }
    }
}

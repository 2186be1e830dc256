package io.opensergo.conformance.cases;

import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleReader;
import java.util.List;

/**
 * All rules in force at one time, as the text of their documents. An empty text is no rules.
 *
 * <p>They are bound to the application {@value #APP} in the namespace {@code default}, which is the
 * one that decides. The name occurs for no other purpose, so that whoever serves several cases at
 * once can give each an application of its own with {@link #boundTo}.
 *
 * @param text YAML documents, as they would be applied to a cluster
 */
public record RuleDocuments(String text) {

    /** The application whose decisions are examined. */
    public static final String APP = "app-under-test";

    /** Returns the documents bound to another application. */
    public RuleDocuments boundTo(String app) {
        return new RuleDocuments(text.replace(APP, app));
    }

    /**
     * Reads the documents.
     *
     * @throws io.opensergo.rules.document.RuleDocumentException if one is no rule, which is not so
     *     for the documents of a case that was read from a file
     */
    public List<Rule> rules() {
        return text.isBlank()
                ? List.of()
                : RuleReader.strict().withAppRequired().read(text, "rules").orThrow();
    }
}

package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads a document that is a rule, or a list of rules as {@code kubectl get -o yaml} writes it:
 * {@code kind: List}, or a kind that is known and {@code List} behind it. The items of a list may
 * be lists again.
 */
final class ListReader {

    private static final String LIST = "List";
    private static final String LIST_VERSION = "v1";
    private static final Set<String> FIELDS = Set.of("apiVersion", "kind", "metadata", "items");

    private final DocumentBinder binder;
    private final TreeBuilder trees;
    private final int number;
    private final String source;
    private final List<RuleDocument> read = new ArrayList<>(1);

    private ListReader(DocumentBinder binder, TreeBuilder trees, int number, String source) {
        this.binder = binder;
        this.trees = trees;
        this.number = number;
        this.source = source;
    }

    /** Reads a document that a builder has made. */
    static List<RuleDocument> read(
            JsonNode tree, TreeBuilder trees, DocumentBinder binder, int number, String source) {
        var reader = new ListReader(binder, trees, number, source);
        reader.read(tree, FieldPath.ROOT, trees.lineOf(tree));
        return reader.read;
    }

    private void read(JsonNode tree, FieldPath path, int line) {
        if (tree instanceof ObjectNode object && isList(object)) {
            readList(object, path, line);
        } else {
            add(binder.bind(tree, number, source).atLine(line), path);
        }
    }

    private boolean isList(ObjectNode tree) {
        String kind = tree.path("kind").asText();
        if (kind.equals(LIST)) {
            return true;
        }
        String prefix = tree.path("apiVersion").asText() + "/";
        return kind.endsWith(LIST)
                && binder.kinds().find(prefix + kind) == null
                && binder.kinds().find(prefix + ofItems(kind)) != null;
    }

    private static String ofItems(String kind) {
        return kind.substring(0, kind.length() - LIST.length());
    }

    private void readList(ObjectNode list, FieldPath path, int line) {
        var faults = new Faults();
        String kind = list.path("kind").asText();
        JsonNode apiVersion = list.path("apiVersion");
        if (kind.equals(LIST) && !apiVersion.asText().equals(LIST_VERSION)) {
            faults.add(
                    FieldPath.ROOT.field("apiVersion"),
                    "must be \"" + LIST_VERSION + "\" for kind " + LIST,
                    Codec.describe(apiVersion));
        }
        for (var field : list.properties()) {
            DocumentBinder.unknownUnless(
                    FIELDS.contains(field.getKey()),
                    field.getKey(),
                    FieldPath.ROOT,
                    FIELDS,
                    faults);
        }
        JsonNode items = list.path("items");
        if (!items.isArray()) {
            faults.add(
                    FieldPath.ROOT.field("items"),
                    "must be a list of the rules",
                    Codec.describe(items));
        }
        List<Problem> problems = binder.problems(faults, number, source);
        if (!problems.isEmpty()) {
            add(new RuleDocument(number, line, null, null, problems), path);
        }
        for (int i = 0; i < items.size(); i++) {
            JsonNode item = kind.equals(LIST) ? items.get(i) : named(items.get(i), list);
            int itemLine = trees.lineOf(items.get(i));
            read(item, path.field("items").element(i), itemLine == 0 ? line : itemLine);
        }
    }

    /** The API server leaves out of an item what the list of its kind says for all of them. */
    private static JsonNode named(JsonNode item, ObjectNode list) {
        if (!(item instanceof ObjectNode object) || item.has("kind") || item.has("apiVersion")) {
            return item;
        }
        ObjectNode named = Codec.NODES.objectNode();
        named.set("apiVersion", list.get("apiVersion"));
        named.put("kind", ofItems(list.path("kind").asText()));
        named.setAll(object);
        return named;
    }

    private void add(RuleDocument rule, FieldPath path) {
        String text = path.toString();
        boolean alone = text.isEmpty() || rule.problems().isEmpty();
        read.add(
                alone
                        ? rule
                        : rule.withProblems(
                                rule.problems().stream().map(each -> each.under(text)).toList()));
    }
}

package io.opensergo.rules.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violation;
import io.opensergo.rules.Violations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Binds the tree of one document to the record of its kind. Immutable. */
record DocumentBinder(RuleKinds kinds, boolean rejectUnknownFields, boolean appRequired) {

    private static final Set<String> FIELDS =
            Set.of("apiVersion", "kind", "metadata", "spec", "status");

    private static final List<String> METADATA_FIELDS =
            List.of("name", "namespace", "labels", "annotations");

    private static final FieldPath METADATA = FieldPath.ROOT.field("metadata");
    private static final FieldPath LABELS = METADATA.field("labels");
    private static final FieldPath SPEC = FieldPath.ROOT.field("spec");
    private static final FieldPath SELECTOR = SPEC.field("selector");
    private static final Codec TEXTS = new MapCodec(ScalarCodec.TEXT);

    RuleDocument bind(JsonNode tree, int number, String source) {
        var faults = new Faults();
        Rule rule = null;
        RuleId id = null;
        if (tree instanceof ObjectNode document) {
            RuleKind<?> kind = kind(document, faults);
            id = kind == null ? null : id(kind, document.path("metadata"));
            rule = rule(kind, document, faults);
        } else {
            faults.add(
                    FieldPath.ROOT,
                    "must be an object with apiVersion, kind, metadata and spec",
                    tree.isTextual() ? "a text" : Codec.describe(tree));
        }
        List<Problem> problems = problems(faults, number, source);
        boolean broken = problems.stream().anyMatch(Problem::isError);
        return new RuleDocument(number, 0, id, broken ? null : rule, problems);
    }

    List<Problem> problems(Faults faults, int number, String source) {
        List<Problem> problems = new ArrayList<>(0);
        for (Violation error : faults.errors()) {
            problems.add(Problem.of(Problem.Severity.ERROR, source, number, error));
        }
        var severity = rejectUnknownFields ? Problem.Severity.ERROR : Problem.Severity.WARNING;
        for (Violation unknown : faults.unknownFields()) {
            problems.add(Problem.of(severity, source, number, unknown));
        }
        for (Violation warning : faults.warnings()) {
            problems.add(Problem.of(Problem.Severity.WARNING, source, number, warning));
        }
        return problems;
    }

    private @Nullable RuleKind<?> kind(ObjectNode document, Faults faults) {
        String apiVersion = text(document, "apiVersion", FieldPath.ROOT, faults);
        String name = text(document, "kind", FieldPath.ROOT, faults);
        if (apiVersion == null || name == null) {
            return null;
        }
        RuleKind<?> kind = kinds.find(apiVersion + "/" + name);
        if (kind != null) {
            return kind;
        }
        RuleKind<?> sameName = kinds.findByName(name);
        if (sameName != null && sameName.name().equals(name)) {
            faults.add(
                    FieldPath.ROOT.field("apiVersion"),
                    "must be \"" + sameName.apiVersion() + "\" for kind " + name,
                    '"' + apiVersion + '"');
        } else {
            List<String> names = kinds.all().stream().map(RuleKind::name).toList();
            String suggestion = Suggestion.among(names, name);
            faults.add(
                    FieldPath.ROOT.field("kind"),
                    "must be a known kind: one of " + names,
                    '"' + name + '"' + suggestion);
        }
        return null;
    }

    private static @Nullable RuleId id(RuleKind<?> kind, JsonNode metadata) {
        JsonNode name = metadata.path("name");
        String namespace =
                namesNamespace(metadata)
                        ? metadata.path("namespace").asText()
                        : Metadata.DEFAULT_NAMESPACE;
        return name.isTextual() ? RuleId.of(kind, namespace, name.textValue()) : null;
    }

    /** An empty namespace is none, as in Kubernetes, whose tools write it for one left out. */
    private static boolean namesNamespace(JsonNode metadata) {
        JsonNode namespace = metadata.path("namespace");
        return !namespace.isMissingNode()
                && !namespace.isNull()
                && !(namespace.isTextual() && namespace.textValue().isEmpty());
    }

    private @Nullable Rule rule(@Nullable RuleKind<?> kind, ObjectNode document, Faults faults) {
        for (var entry : document.properties()) {
            unknownUnless(
                    FIELDS.contains(entry.getKey()),
                    entry.getKey(),
                    FieldPath.ROOT,
                    FIELDS,
                    faults);
        }
        ObjectNode spec = object(document, "spec", FieldPath.ROOT, faults);
        RecordCodec codec = kind == null ? null : RecordCodec.of(kind.type());
        String selectedApp = null;
        if (spec != null && codec != null && spec.has("selector") && !codec.hasField("selector")) {
            selectedApp = selectedApp(spec, faults);
            ObjectNode rest = Codec.NODES.objectNode();
            rest.setAll(spec);
            rest.remove("selector");
            spec = rest;
        }
        if (kind != null && spec != null) {
            spec = PublishedForms.correct(kind, spec, SPEC, faults);
        }
        ObjectNode metadataTree = object(document, "metadata", FieldPath.ROOT, faults);
        Metadata metadata =
                metadataTree == null ? null : metadata(metadataTree, selectedApp, faults);
        if (spec == null || codec == null) {
            return null;
        }
        return (Rule) codec.readSpec(spec, SPEC, faults, metadata);
    }

    private static @Nullable String selectedApp(ObjectNode spec, Faults faults) {
        ObjectNode selector = object(spec, "selector", SPEC, faults);
        if (selector == null) {
            return null;
        }
        for (var entry : selector.properties()) {
            unknownUnless(
                    entry.getKey().equals("app"), entry.getKey(), SELECTOR, List.of("app"), faults);
        }
        return text(selector, "app", SELECTOR, faults);
    }

    private @Nullable Metadata metadata(
            ObjectNode tree, @Nullable String selectedApp, Faults faults) {
        int before = faults.count();
        for (var entry : tree.properties()) {
            String name = entry.getKey();
            boolean known =
                    METADATA_FIELDS.contains(name)
                            || RuleReader.IGNORED_METADATA_FIELDS.contains(name);
            unknownUnless(known, name, METADATA, METADATA_FIELDS, faults);
        }
        String name = text(tree, "name", METADATA, faults);
        String namespace =
                namesNamespace(tree)
                        ? text(tree, "namespace", METADATA, faults)
                        : Metadata.DEFAULT_NAMESPACE;
        Map<String, String> labels = texts(tree, "labels", faults);
        Map<String, String> annotations = texts(tree, "annotations", faults);
        if (faults.count() != before || name == null || namespace == null) {
            return null;
        }
        String labelledApp = labels.get(Metadata.APP_LABEL);
        if (selectedApp != null && labelledApp == null) {
            labels.put(Metadata.APP_LABEL, selectedApp);
        } else if (selectedApp != null && !Objects.equals(labelledApp, selectedApp)) {
            faults.add(
                    SELECTOR.field("app"),
                    "must equal metadata.labels.app, which is \"" + labelledApp + '"',
                    '"' + selectedApp + '"');
        } else if (labelledApp == null && appRequired) {
            faults.add(
                    LABELS.field(Metadata.APP_LABEL),
                    "is required: it names the application that gets this rule",
                    Violations.MISSING);
        }
        try {
            return Metadata.builder()
                    .name(name)
                    .namespace(namespace)
                    .labels(labels)
                    .annotations(annotations)
                    .build();
        } catch (InvalidRuleException e) {
            e.violations().forEach(violation -> faults.add(violation.under("metadata")));
            return null;
        }
    }

    private static Map<String, String> texts(ObjectNode tree, String field, Faults faults) {
        Map<String, String> texts = new LinkedHashMap<>();
        JsonNode node = tree.path(field);
        if (!node.isMissingNode()
                && !node.isNull()
                && TEXTS.read(node, METADATA.field(field), faults) instanceof Map<?, ?> map) {
            map.forEach((key, value) -> texts.put((String) key, (String) value));
        }
        return texts;
    }

    private static @Nullable String text(
            ObjectNode tree, String field, FieldPath path, Faults faults) {
        JsonNode node = tree.path(field);
        if (node.isMissingNode()) {
            faults.add(path.field(field), "is required", Violations.MISSING);
            return null;
        }
        return (String) ScalarCodec.TEXT.read(node, path.field(field), faults);
    }

    private static @Nullable ObjectNode object(
            ObjectNode tree, String field, FieldPath path, Faults faults) {
        JsonNode node = tree.path(field);
        if (node instanceof ObjectNode object) {
            return object;
        }
        if (node.isMissingNode()) {
            faults.add(path.field(field), "is required", Violations.MISSING);
        } else {
            faults.add(path.field(field), "must be an object", Codec.describe(node));
        }
        return null;
    }

    static void unknownUnless(
            boolean known, String name, FieldPath path, Collection<String> allowed, Faults faults) {
        if (!known) {
            List<String> sorted = allowed.stream().sorted().toList();
            faults.unknownField(
                    path.field(name),
                    "is an unknown field; allowed: " + sorted + Suggestion.among(sorted, name));
        }
    }
}

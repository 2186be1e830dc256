package io.opensergo.schema.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The CRDs by which Kubernetes knows the kinds. */
final class CustomResources {

    private static final int MAX_COLUMNS = 3;

    /** As the public control plane and kubectl's habits have them; other kinds have none. */
    private static final Map<String, String> SHORT_NAMES =
            Map.of(
                    "FaultToleranceRule", "ftr",
                    "RateLimitStrategy", "rls",
                    "ThrottlingStrategy", "ths",
                    "ConcurrencyLimitStrategy", "cls",
                    "CircuitBreakerStrategy", "cbs",
                    "TrafficRouter", "tr",
                    "TrafficLane", "tl",
                    "VirtualWorkload", "vw");

    /** What tells objects apart whose required fields are no scalars. */
    private static final Map<String, List<String>> COLUMNS =
            Map.of(
                    "FaultToleranceRule", List.of("Target", ".spec.targets[0].targetResourceName"),
                    "TrafficRouter", List.of("Host", ".spec.hosts[0]"));

    private CustomResources() {}

    /** Returns the CRD of a kind. */
    static ObjectNode of(RuleKind<?> kind) {
        int slash = kind.apiVersion().indexOf('/');
        String group = kind.apiVersion().substring(0, slash);
        String singular = kind.name().toLowerCase(Locale.ROOT);
        String plural = plural(singular);
        ObjectNode crd = Nodes.object();
        crd.put("apiVersion", "apiextensions.k8s.io/v1").put("kind", "CustomResourceDefinition");
        crd.putObject("metadata").put("name", plural + "." + group);
        ObjectNode spec = crd.putObject("spec").put("group", group);
        ObjectNode names = spec.putObject("names");
        names.put("kind", kind.name()).put("listKind", kind.name() + "List");
        names.put("plural", plural).put("singular", singular);
        if (SHORT_NAMES.containsKey(kind.name())) {
            names.putArray("shortNames").add(SHORT_NAMES.get(kind.name()));
        }
        names.putArray("categories").add("opensergo");
        spec.put("scope", "Namespaced");
        ObjectNode version = spec.putArray("versions").addObject();
        version.put("name", kind.apiVersion().substring(slash + 1));
        version.put("served", true).put("storage", true);
        ObjectNode content = StructuralSchemas.ofSpec(DocumentSchemas.of(kind));
        version.set("additionalPrinterColumns", columns(kind, content));
        version.putObject("schema").set("openAPIV3Schema", document(content));
        version.putObject("subresources").putObject("status");
        return crd;
    }

    /** Returns the name in paths, as {@code controller-gen} makes it. */
    private static String plural(String singular) {
        return singular.endsWith("y")
                ? singular.substring(0, singular.length() - 1) + "ies"
                : singular + "s";
    }

    private static ObjectNode document(ObjectNode spec) {
        ObjectNode document = Nodes.type("object");
        ObjectNode properties = document.putObject("properties");
        properties.set("apiVersion", Nodes.type("string"));
        properties.set("kind", Nodes.type("string"));
        properties.set("metadata", Nodes.type("object"));
        properties.set("spec", spec);
        ObjectNode status = Nodes.type("object").put("description", "Of controllers.");
        properties.set("status", status.put("x-kubernetes-preserve-unknown-fields", true));
        document.putArray("required").add("spec");
        return document;
    }

    private static ArrayNode columns(RuleKind<?> kind, ObjectNode spec) {
        ArrayNode columns = Nodes.object().putArray("columns");
        add(columns, "App", "string", ".metadata.labels.app");
        List<String> own = COLUMNS.get(kind.name());
        if (own != null) {
            add(columns, own.get(0), "string", own.get(1));
        }
        StructuralSchemas.requiredScalars(spec).stream()
                .limit(MAX_COLUMNS)
                .forEach(
                        field ->
                                add(
                                        columns,
                                        Character.toUpperCase(field.charAt(0)) + field.substring(1),
                                        spec.at("/properties/" + field + "/type").asText(),
                                        ".spec." + field));
        add(columns, "Mode", "string", ".metadata.annotations.opensergo\\.io/mode");
        add(columns, "Age", "date", ".metadata.creationTimestamp");
        return columns;
    }

    private static void add(ArrayNode columns, String name, String type, String path) {
        columns.addObject().put("name", name).put("type", type).put("jsonPath", path);
    }
}

package io.opensergo.schema.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.database.ReadWriteSplitting;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The CRDs by which Kubernetes knows the kinds. */
final class CustomResources {

    private static final int MAX_COLUMNS = 3;

    /** As the public control plane has them, and of the other kinds what kubectl's habits make. */
    private static final Map<String, String> SHORT_NAMES =
            Map.ofEntries(
                    Map.entry("FaultToleranceRule", "ftr"),
                    Map.entry("RateLimitStrategy", "rls"),
                    Map.entry("ThrottlingStrategy", "ths"),
                    Map.entry("ConcurrencyLimitStrategy", "cls"),
                    Map.entry("CircuitBreakerStrategy", "cbs"),
                    Map.entry("AdaptiveOverloadProtectionStrategy", "aops"),
                    Map.entry("HttpRequestFallbackAction", "hrfa"),
                    Map.entry("TrafficRouter", "tr"),
                    Map.entry("TrafficLane", "tl"),
                    Map.entry("VirtualWorkload", "vw"),
                    Map.entry("VirtualDatabase", "vdb"),
                    Map.entry("DatabaseEndpoint", "dbe"),
                    Map.entry("DatabaseDiscovery", "dbd"),
                    Map.entry("DistributedTransaction", "dtx"),
                    Map.entry("ReadWriteSplitting", "rws"),
                    Map.entry("Sharding", "shd"),
                    Map.entry("Shadow", "shw"),
                    Map.entry("Encryption", "enc"));

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
        addConditions(kind, content);
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
        properties.set("status", status());
        document.putArray("required").add("spec");
        return document;
    }

    /** What no annotation says: that one field is needed for what another one says, or instead. */
    private static void addConditions(RuleKind<?> kind, ObjectNode spec) {
        if (kind.equals(CircuitBreakerStrategy.KIND)) {
            ArrayNode either = spec.putArray("anyOf");
            either.add(Nodes.required("slowConditions"));
            either.addObject()
                    .putObject("properties")
                    .putObject("strategy")
                    .putArray("enum")
                    .add("ErrorRequestRatio");
        } else if (kind.equals(ReadWriteSplitting.KIND)) {
            ((ObjectNode) spec.at("/properties/rules"))
                    .putArray("anyOf")
                    .add(Nodes.required("staticStrategy"))
                    .add(Nodes.required("dynamicStrategy"));
        }
    }

    /** Returns the schema of what control planes write, several of them into one list. */
    private static ObjectNode status() {
        ObjectNode status = Nodes.type("object").put("description", "Of controllers.");
        ObjectNode conditions = status.putObject("properties").putObject("conditions");
        conditions.put("description", "What becomes of the object.").put("type", "array");
        ObjectNode condition = conditions.putObject("items").put("type", "object");
        condition.putArray("required").add("type").add("status");
        ObjectNode fields = condition.putObject("properties");
        fields.set("type", text("Such as Accepted or ResolvedRefs.").put("maxLength", 316));
        ObjectNode state = text("Whether it holds.");
        state.putArray("enum").add("True").add("False").add("Unknown");
        fields.set("status", state);
        fields.set("reason", text("Why, in one word.").put("maxLength", 1024));
        fields.set("message", text("Why, for people.").put("maxLength", 32768));
        fields.putObject("observedGeneration")
                .put("description", "Which metadata.generation it is about.")
                .put("type", "integer")
                .put("format", "int64")
                .put("minimum", 0);
        fields.set(
                "lastTransitionTime",
                text("When the status changed, if the writer says so.").put("format", "date-time"));
        conditions.put("x-kubernetes-list-type", "map");
        conditions.putArray("x-kubernetes-list-map-keys").add("type");
        return status.put("x-kubernetes-preserve-unknown-fields", true);
    }

    private static ObjectNode text(String description) {
        return Nodes.object().put("description", description).put("type", "string");
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
        add(columns, "Accepted", "string", statusOf("Accepted"));
        add(columns, "Refs", "string", statusOf("ResolvedRefs")).put("priority", 1);
        add(columns, "Age", "date", ".metadata.creationTimestamp");
        return columns;
    }

    private static String statusOf(String condition) {
        return ".status.conditions[?(@.type==\"" + condition + "\")].status";
    }

    private static ObjectNode add(ArrayNode columns, String name, String type, String path) {
        return columns.addObject().put("name", name).put("type", type).put("jsonPath", path);
    }
}

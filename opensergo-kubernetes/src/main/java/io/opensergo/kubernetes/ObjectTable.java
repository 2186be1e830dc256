package io.opensergo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The objects of the cluster as they were seen last: the rule of each, or the last one it was while
 * it is none, and what is wrong with it. Confined to the loop.
 */
final class ObjectTable {

    /** What has changed since the last batch. */
    record Batch(
            Collection<Rule> puts,
            Collection<RuleId> deletes,
            long resourceVersion,
            Map<RuleId, String> places) {}

    /**
     * An object as it was read.
     *
     * @param inForce the rule, or the last one that it was; {@code null} if it never was one
     * @param valid the rule; {@code null} if it is none now
     */
    private record Entry(
            RuleKind<?> kind,
            String resourceVersion,
            JsonNode metadata,
            JsonNode status,
            @Nullable Rule inForce,
            @Nullable Rule valid,
            List<Problem> problems) {}

    /**
     * What the status of an object is and shall be.
     *
     * @param generation counts the changes of its {@code spec}
     * @param status as it was seen last
     * @param wanted what it shall say
     */
    record Current(
            RuleKind<?> kind,
            String uid,
            String resourceVersion,
            long generation,
            JsonNode status,
            ObjectStatus wanted) {}

    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private final RuleReader reader;
    private final Map<RuleId, Entry> entries = new LinkedHashMap<>();
    private final Map<RuleId, Rule> puts = new LinkedHashMap<>();
    private final Set<RuleId> deletes = new LinkedHashSet<>();
    private final Map<RuleId, String> places = new LinkedHashMap<>();
    private final Set<RuleId> touched = new LinkedHashSet<>();
    private final Set<String> touchedNamespaces = new HashSet<>();
    private @Nullable Map<String, List<Rule>> valid; // by namespace, made when it is asked for
    private long resourceVersion;
    private boolean changed;

    ObjectTable(RuleReader reader) {
        this.reader = reader;
    }

    /** Returns which rule an object is or is meant to be. */
    static RuleId idOf(RuleKind<?> kind, JsonNode object) {
        JsonNode metadata = object.path("metadata");
        String namespace = metadata.path("namespace").asText(Metadata.DEFAULT_NAMESPACE);
        return RuleId.of(kind, namespace, metadata.path("name").asText());
    }

    /** Takes an object that is new or another now. */
    void put(RuleKind<?> kind, JsonNode object) {
        RuleId id = idOf(kind, object);
        String version = note(id, object);
        Entry before = entries.get(id);
        if (before != null && before.resourceVersion().equals(version)) {
            return;
        }
        changed = true;
        forgetLastApplied(object);
        RuleDocument read = reader.read(named(kind, object), id.toString());
        Rule rule = read.rule();
        Rule last = before == null ? null : before.inForce();
        List<Problem> problems = read.problems().stream().map(ObjectTable::ofWhole).toList();
        entries.put(
                id,
                new Entry(
                        kind,
                        version,
                        object.path("metadata"),
                        object.path("status"),
                        rule == null ? last : rule,
                        rule,
                        problems));
        touched(id, kind, before == null ? null : before.valid(), rule);
        if (rule != null && !rule.equals(last)) {
            deletes.remove(id);
            puts.put(id, rule);
        }
    }

    /** Takes note of an object whose status, or that of those which refer to it, may change. */
    private void touched(RuleId id, RuleKind<?> kind, @Nullable Rule before, @Nullable Rule rule) {
        touched.add(id);
        if (!Objects.equals(before, rule)) {
            valid = null;
            if (References.leadTo(kind)) {
                touchedNamespaces.add(id.namespace());
            }
        }
    }

    /** Returns, once, the objects whose status may have to be another one than before. */
    Set<RuleId> takeTouched() {
        if (!touchedNamespaces.isEmpty()) {
            entries.forEach(
                    (id, entry) -> {
                        if (References.has(entry.kind())
                                && touchedNamespaces.contains(id.namespace())) {
                            touched.add(id);
                        }
                    });
        }
        Set<RuleId> taken = new LinkedHashSet<>(touched);
        touched.clear();
        touchedNamespaces.clear();
        return taken;
    }

    /** Returns an object that is there. */
    @Nullable Current find(RuleId id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return null;
        }
        JsonNode metadata = entry.metadata();
        long generation = metadata.path("generation").asLong();
        Rule rule = entry.valid();
        List<String> dangling =
                rule != null && References.has(entry.kind())
                        ? References.dangling(rule, validIn(id.namespace()))
                        : null;
        return new Current(
                entry.kind(),
                metadata.path("uid").asText(),
                entry.resourceVersion(),
                generation,
                entry.status(),
                ObjectStatus.of(generation, entry.problems(), dangling));
    }

    private List<Rule> validIn(String namespace) {
        Map<String, List<Rule>> known = valid;
        if (known == null) {
            known = new HashMap<>();
            for (Map.Entry<RuleId, Entry> each : entries.entrySet()) {
                Rule rule = each.getValue().valid();
                if (rule != null) {
                    known.computeIfAbsent(each.getKey().namespace(), first -> new ArrayList<>())
                            .add(rule);
                }
            }
            valid = known;
        }
        return known.getOrDefault(namespace, List.of());
    }

    /** Takes an object away, which is as it was before. */
    void delete(RuleKind<?> kind, JsonNode object) {
        RuleId id = idOf(kind, object);
        note(id, object);
        remove(id);
    }

    /** Takes away all objects of a kind, in a namespace or in all, but some. */
    void retain(RuleKind<?> kind, @Nullable String namespace, Set<RuleId> kept) {
        List.copyOf(entries.keySet()).stream()
                .filter(id -> id.kind().equals(kind.wireName()))
                .filter(id -> namespace == null || id.namespace().equals(namespace))
                .filter(id -> !kept.contains(id))
                .forEach(this::remove);
    }

    private void remove(RuleId id) {
        Entry entry = entries.remove(id);
        puts.remove(id);
        if (entry != null) {
            touched(id, entry.kind(), entry.valid(), null);
            if (entry.inForce() != null) {
                deletes.add(id);
            }
        }
        changed |= entry != null;
    }

    private String note(RuleId id, JsonNode object) {
        String version = object.path("metadata").path("resourceVersion").asText();
        places.put(id, "resourceVersion " + version);
        long number = numberOf(version);
        if (number > resourceVersion) {
            resourceVersion = number;
            changed = true;
        }
        return version;
    }

    /** Returns the number that real API servers make versions of; 0 if it is none. */
    private static long numberOf(String version) {
        try {
            return Long.parseLong(version);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** What kubectl notes for itself is no part of a rule, and as long as the object. */
    private static void forgetLastApplied(JsonNode object) {
        if (object.path("metadata") instanceof ObjectNode metadata
                && metadata.path("annotations") instanceof ObjectNode annotations
                && annotations.remove(LAST_APPLIED) != null
                && annotations.isEmpty()) {
            metadata.remove("annotations");
        }
    }

    /** A list may leave out of its items what it says itself. */
    private static JsonNode named(RuleKind<?> kind, JsonNode object) {
        if (!(object instanceof ObjectNode fields) || fields.has("kind")) {
            return object;
        }
        ObjectNode named = fields.objectNode();
        named.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
        return named.setAll(fields);
    }

    private static Problem ofWhole(Problem problem) {
        return new Problem(
                problem.severity(), problem.source(), 0, 0, 0, problem.path(), problem.message());
    }

    /** Returns whether anything is new since the last batch, if only the version. */
    boolean isChanged() {
        return changed;
    }

    /** Returns what is new; it stays new until it {@link #reported was reported}. */
    Batch batch() {
        places.keySet().removeIf(id -> !puts.containsKey(id) && !deletes.contains(id));
        return new Batch(
                new ArrayList<>(puts.values()),
                new ArrayList<>(deletes),
                resourceVersion,
                new LinkedHashMap<>(places));
    }

    /** The batch has been taken. */
    void reported() {
        puts.clear();
        deletes.clear();
        places.clear();
        changed = false;
    }

    /** Returns what is wrong with objects, those of one name after another. */
    List<Problem> problems() {
        Map<String, Entry> wrong = new TreeMap<>();
        entries.forEach(
                (id, entry) -> {
                    if (!entry.problems().isEmpty()) {
                        wrong.put(id.toString(), entry);
                    }
                });
        return wrong.values().stream().flatMap(ObjectTable::problems).toList();
    }

    private static Stream<Problem> problems(Entry entry) {
        return entry.problems().stream();
    }

    /** Returns whether there are objects of a kind. */
    boolean holds(RuleKind<?> kind) {
        return entries.keySet().stream().anyMatch(id -> id.kind().equals(kind.wireName()));
    }
}

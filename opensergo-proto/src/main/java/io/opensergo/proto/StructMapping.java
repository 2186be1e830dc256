package io.opensergo.proto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violation;
import io.opensergo.rules.database.VirtualDatabase;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.document.RuleWriter;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rules of one kind as whole documents in a {@code google.protobuf.Struct}. For one thread.
 *
 * @param <R> the record class of the kind
 */
final class StructMapping<R extends Rule> {

    static final String TYPE_NAME = Struct.getDescriptor().getFullName();

    private static final String METADATA = "metadata";
    private static final String FOUND = ", was ";
    private static final Pattern SECRET =
            Pattern.compile("pass|secret|token|credential|key|url", Pattern.CASE_INSENSITIVE);
    private static final RuleReader STANDARD_READER = RuleReader.lenient();

    private final RuleKind<R> kind;
    private final String namespace;
    private final RuleReader reader;

    /**
     * Reads documents of a kind.
     *
     * @param namespace the namespace of a document that names none
     */
    StructMapping(RuleKind<R> kind, String namespace) {
        this.kind = kind;
        this.namespace = namespace;
        RuleKind<?> known = RuleKinds.standard().find(kind.wireName());
        this.reader =
                known != null && known.equals(kind)
                        ? STANDARD_READER
                        : STANDARD_READER.withKinds(RuleKinds.standard().with(kind));
    }

    static Struct write(Rule rule) {
        return StructTrees.toStruct(RuleWriter.toTree(rule));
    }

    /** Returns the name in a document, or {@code null} if it has none. */
    static @Nullable String nameIn(Struct document) {
        Value metadata = document.getFieldsOrDefault(METADATA, Value.getDefaultInstance());
        Value name =
                metadata.getStructValue().getFieldsOrDefault("name", Value.getDefaultInstance());
        return name.getStringValue().isEmpty() ? null : name.getStringValue();
    }

    /**
     * Returns the rule of a document.
     *
     * @param warnings takes what was ignored
     * @throws InvalidRuleException if the document is no rule of this kind
     */
    R read(Struct document, Consumer<String> warnings) {
        ObjectNode tree = StructTrees.toTree(document);
        String found = tree.path("apiVersion").asText() + "/" + tree.path("kind").asText();
        if (!found.equals(kind.wireName())) {
            throw MessageFaults.invalid(
                    "kind", "must be " + kind.wireName(), '"' + Texts.abbreviate(found, 200) + '"');
        }
        if (tree.get(METADATA) instanceof ObjectNode metadata
                && isLeftOut(metadata.path("namespace"))) {
            metadata.put("namespace", namespace);
        }
        RuleDocument result = bind(tree);
        result.problems().stream()
                .filter(problem -> !problem.isError())
                .forEach(problem -> warnings.accept(violation(problem).toString()));
        if (result.rule() == null) {
            throw new InvalidRuleException(
                    result.problems().stream()
                            .filter(Problem::isError)
                            .map(this::violation)
                            .toList());
        }
        return kind.type().cast(result.rule());
    }

    /** An empty namespace is none, as in Kubernetes. */
    private static boolean isLeftOut(JsonNode namespace) {
        return namespace.isMissingNode()
                || namespace.isNull()
                || (namespace.isTextual() && namespace.textValue().isEmpty());
    }

    private RuleDocument bind(ObjectNode tree) {
        RuleDocument result = reader.read(tree, kind.name());
        if (result.rule() != null) {
            return result;
        }
        Set<String> faulty =
                result.problems().stream().map(Problem::path).collect(Collectors.toSet());
        ObjectNode restored = StructTrees.restoreNumbers(tree, faulty);
        return restored.equals(tree) ? result : reader.read(restored, kind.name());
    }

    private Violation violation(Problem problem) {
        return new Violation(problem.path(), withoutSecret(problem), "");
    }

    /** A message repeats what it found, which must not be shown where it may be a password. */
    private String withoutSecret(Problem problem) {
        boolean secret =
                kind.apiVersion().equals(VirtualDatabase.API_VERSION)
                        || SECRET.matcher(problem.path()).find();
        int found = secret ? problem.message().indexOf(FOUND) : -1;
        return found < 0 ? problem.message() : problem.message().substring(0, found);
    }
}

package io.opensergo.rules.document;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Writes rules as documents that read to equal rules. */
public final class RuleWriter {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final ObjectMapper YAML =
            new ObjectMapper(
                    YAMLFactory.builder()
                            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                            .disable(YAMLGenerator.Feature.SPLIT_LINES)
                            .stringQuotingChecker(new QuoteUnlessPlainWord())
                            .build());

    private RuleWriter() {}

    /** Returns the document of a rule as a tree, a new one each time. */
    public static ObjectNode toTree(Rule rule) {
        ObjectNode document = Codec.NODES.objectNode();
        document.put("apiVersion", rule.kind().apiVersion());
        document.put("kind", rule.kind().name());
        document.set("metadata", metadata(rule.metadata()));
        document.set("spec", RecordCodec.of(rule.getClass()).write(rule));
        return document;
    }

    /** Returns the document of a rule as JSON in one line. */
    public static String toJson(Rule rule) {
        return write(JSON, toTree(rule));
    }

    /** Returns a document for each rule as YAML, each with a {@code ---} before it. */
    public static String toYaml(Collection<? extends Rule> rules) {
        var text = new StringBuilder();
        rules.forEach(rule -> text.append(write(YAML, toTree(rule))));
        return text.toString();
    }

    /** Returns the document of a rule as YAML, with a {@code ---} before it. */
    public static String toYaml(Rule rule) {
        return toYaml(List.of(rule));
    }

    private static ObjectNode metadata(Metadata metadata) {
        ObjectNode tree = Codec.NODES.objectNode();
        tree.put("name", metadata.name());
        tree.put("namespace", metadata.namespace());
        if (!metadata.labels().isEmpty()) {
            new TreeMap<>(metadata.labels()).forEach(tree.putObject("labels")::put);
        }
        if (!metadata.annotations().isEmpty()) {
            new TreeMap<>(metadata.annotations()).forEach(tree.putObject("annotations")::put);
        }
        return tree;
    }

    private static String write(ObjectMapper mapper, ObjectNode tree) {
        try {
            return mapper.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("writing a tree to memory failed", e);
        }
    }

    /** Quotes whatever a YAML reader might take for something else than a text. */
    private static final class QuoteUnlessPlainWord extends StringQuotingChecker {

        private static final long serialVersionUID = 1L;

        private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");
        private static final Set<String> RESERVED =
                Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

        @Override
        public boolean needToQuoteName(String name) {
            return !isPlain(name);
        }

        @Override
        public boolean needToQuoteValue(String value) {
            return !isPlain(value);
        }

        private static boolean isPlain(String text) {
            return PLAIN.matcher(text).matches()
                    && !RESERVED.contains(text.toLowerCase(Locale.ROOT));
        }
    }
}

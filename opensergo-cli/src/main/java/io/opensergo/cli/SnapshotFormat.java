package io.opensergo.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.api.Origin;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.RuleWriter;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;

/** Prints snapshots. */
interface SnapshotFormat {

    /** Returns the text of a snapshot, without a line end. */
    String format(RuleSnapshot<?> snapshot);

    /** Returns a format for programs or for people. */
    static SnapshotFormat of(boolean json, ColorScheme colors) {
        return json ? SnapshotFormat::json : snapshot -> text(snapshot, colors);
    }

    private static String json(RuleSnapshot<?> snapshot) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode line = mapper.createObjectNode();
        line.put("namespace", snapshot.target().namespace());
        line.put("app", snapshot.target().app());
        line.put("kind", snapshot.kind().name());
        line.put("version", snapshot.version());
        line.put("origin", snapshot.origin().name());
        ArrayNode rules = line.putArray("rules");
        for (Rule rule : snapshot.rules()) {
            rules.add(RuleWriter.toTree(rule));
        }
        ArrayNode rejected = line.putArray("rejected");
        for (RejectedRule rule : snapshot.rejected()) {
            rejected.addObject()
                    .put("name", rule.name())
                    .put("reason", rule.reason())
                    .put("lastGoodKept", rule.lastGoodKept());
        }
        try {
            return mapper.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("writing a tree to memory failed", e);
        }
    }

    private static String text(RuleSnapshot<?> snapshot, ColorScheme colors) {
        Ansi ansi = colors.ansi();
        var text = new StringBuilder();
        text.append(ansi.string("@|bold " + snapshot.kind().name() + "|@"))
                .append(" of ")
                .append(snapshot.target());
        if (snapshot.origin() == Origin.ASSUMED_EMPTY) {
            return text.append(": no answer; some control planes give none if there are no rules")
                    .toString();
        }
        text.append(", version ")
                .append(snapshot.version())
                .append(" (")
                .append(snapshot.origin())
                .append("): ")
                .append(count(snapshot.rules().size()));
        for (Rule rule : snapshot.rules()) {
            text.append(System.lineSeparator()).append(indented(RuleWriter.toYaml(rule)));
        }
        for (RejectedRule rule : snapshot.rejected()) {
            text.append(System.lineSeparator())
                    .append(colors.errorText("  rejected: "))
                    .append(rule.reason())
                    .append(rule.lastGoodKept() ? "; its last good version stays" : "");
        }
        return text.toString();
    }

    private static String count(int rules) {
        return switch (rules) {
            case 0 -> "no rules";
            case 1 -> "1 rule";
            default -> rules + " rules";
        };
    }

    private static String indented(String yaml) {
        return yaml.replaceFirst("^---\\R", "").strip().indent(2).stripTrailing();
    }
}

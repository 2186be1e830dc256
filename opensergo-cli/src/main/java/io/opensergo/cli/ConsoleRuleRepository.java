package io.opensergo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.ReadOnlyRepositoryException;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleConflictException;
import io.opensergo.rulerepository.RuleConflictException.Conflict;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocumentException;
import io.opensergo.rules.document.RuleReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The repository behind a console, by its HTTP API: what its caller may see of it. The console
 * writes its own name of the caller into the history, whatever author an edit names.
 */
final class ConsoleRuleRepository implements RuleRepository {

    private static final int RULES_AT_ONCE = 500;
    private static final int CHANGES_AT_ONCE = 100;

    private final ConsoleConnection console;
    private final RuleReader reader;

    ConsoleRuleRepository(ConsoleConnection console, RuleReader reader) {
        this.console = console;
        this.reader = reader;
    }

    @Override
    public String name() {
        return console.name();
    }

    @Override
    public @Nullable String readOnlyReason() {
        return text(console.get("rules", Map.of("limit", "1"), "rules"), "readOnlyReason");
    }

    @Override
    public List<StoredRule> rules() {
        List<StoredRule> rules = new ArrayList<>();
        int offset = 0;
        int total;
        do {
            JsonNode page =
                    console.get(
                            "rules",
                            Map.of(
                                    "text", "true",
                                    "offset", Integer.toString(offset),
                                    "limit", Integer.toString(RULES_AT_ONCE)),
                            "rules");
            for (JsonNode each : page.path("rules")) {
                if (each.hasNonNull("place")) { // others are in force only
                    rules.add(stored(each, each.path("text").asText()));
                }
            }
            offset += RULES_AT_ONCE;
            total = page.path("rules").isEmpty() ? 0 : page.path("total").asInt();
        } while (offset < total);
        return List.copyOf(rules);
    }

    @Override
    public List<Problem> problems() {
        JsonNode overview = console.get("overview", Map.of(), "rules");
        return overview.has("problems")
                ? problems(overview.path("problems"))
                : rules().stream().flatMap(rule -> rule.problems().stream()).toList();
    }

    @Override
    public Optional<StoredRule> find(RuleId id) {
        try {
            JsonNode found = console.get("rule", query(id), "text");
            return found.path("rule").hasNonNull("place")
                    ? Optional.of(stored(found.path("rule"), found.path("text").asText()))
                    : Optional.empty();
        } catch (ConsoleProblem e) {
            if (e.status() == 404) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Map<String, String> query(RuleId id) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("kind", id.kind());
        query.put("namespace", id.namespace());
        query.put("name", id.name());
        return query;
    }

    private StoredRule stored(JsonNode summary, String text) {
        String place = summary.path("place").asText();
        StoredRule read = StoredRule.read(id(summary), text, place, reader);
        String readOnlyReason = text(summary, "readOnlyReason");
        if (readOnlyReason == null && !summary.path("mayWrite").asBoolean()) {
            readOnlyReason = "the console does not let its caller change it";
        }
        List<Problem> problems = problems(summary.path("problems"));
        boolean isKnownThere = problems.stream().noneMatch(Problem::isError);
        return new StoredRule(
                read.id(),
                read.rule(),
                read.text(),
                summary.path("revision").asText(),
                place,
                read.rule() == null && isKnownThere ? read.problems() : problems,
                readOnlyReason);
    }

    @Override
    public RuleChange commit(RuleEdit edit) {
        try {
            return change(console.post("changes", body(edit)));
        } catch (ConsoleProblem e) {
            if (e.status() == 404) {
                return commitRest(edit, e);
            }
            throw refused(e);
        }
    }

    /** What is to be deleted and is not there is as the edit wants it. */
    private RuleChange commitRest(RuleEdit edit, ConsoleProblem problem) {
        List<RuleEdit.Delete> left =
                edit.deletes().stream().filter(each -> find(each.id()).isPresent()).toList();
        if (left.size() == edit.deletes().size()) {
            throw problem;
        }
        if (left.isEmpty() && edit.puts().isEmpty()) {
            String why = "nothing to change";
            return new RuleChange("none", edit.author(), why, null, Instant.now(), List.of());
        }
        return commit(
                new RuleEdit(edit.author(), edit.message(), edit.origin(), edit.puts(), left));
    }

    private static ObjectNode body(RuleEdit edit) {
        ObjectNode body = ConsoleConnection.JSON.createObjectNode().put("message", edit.message());
        ArrayNode puts = body.putArray("puts");
        for (RuleEdit.Put put : edit.puts()) {
            ObjectNode each = puts.addObject().put("text", put.text());
            if (put.expectedRevision() != null) {
                each.put("expectedRevision", put.expectedRevision());
            }
        }
        ArrayNode deletes = body.putArray("deletes");
        for (RuleEdit.Delete delete : edit.deletes()) {
            ObjectNode each = deletes.addObject();
            query(delete.id()).forEach(each::put);
            each.put("expectedRevision", delete.expectedRevision());
        }
        return body;
    }

    private RuntimeException refused(ConsoleProblem problem) {
        return switch (problem.status()) {
            case 403 -> new ReadOnlyRepositoryException(String.valueOf(problem.getMessage()));
            case 409 -> conflict(problem);
            case 422 -> faulty(problem);
            default -> problem;
        };
    }

    private RuntimeException conflict(ConsoleProblem problem) {
        List<Conflict> conflicts = new ArrayList<>();
        for (JsonNode each : problem.details().path("conflicts")) {
            RuleId id = id(each);
            StoredRule current = each.hasNonNull("currentText") ? find(id).orElse(null) : null;
            conflicts.add(new Conflict(id, text(each, "expectedRevision"), current));
        }
        return conflicts.isEmpty() ? problem : new RuleConflictException(conflicts);
    }

    private static RuntimeException faulty(ConsoleProblem problem) {
        List<Problem> problems = problems(problem.details().path("problems"));
        try {
            new ReadResult(RuleEdit.SOURCE, List.of(), problems).orThrow();
        } catch (RuleDocumentException e) {
            return e;
        }
        return problem;
    }

    @Override
    public List<RuleChange> history(HistoryQuery query) {
        List<RuleChange> changes = new ArrayList<>();
        RuleId rule = query.rule();
        String before = query.before();
        do {
            Map<String, String> parameters = rule == null ? new LinkedHashMap<>() : query(rule);
            int wanted = Math.min(query.limit() - changes.size(), CHANGES_AT_ONCE);
            parameters.put("limit", Integer.toString(wanted));
            if (before != null) {
                parameters.put("before", before);
            }
            JsonNode page = console.get("changes", parameters, "changes");
            page.path("changes").forEach(each -> changes.add(change(each)));
            before = page.path("changes").isEmpty() ? null : text(page, "next");
        } while (before != null && changes.size() < query.limit());
        return List.copyOf(changes);
    }

    private static RuleChange change(JsonNode tree) {
        List<RuleChange.Entry> entries = new ArrayList<>();
        for (JsonNode each : tree.path("entries")) {
            entries.add(new RuleChange.Entry(id(each), text(each, "before"), text(each, "after")));
        }
        return new RuleChange(
                tree.path("id").asText(),
                tree.path("author").asText(),
                tree.path("message").asText(),
                text(tree, "origin"),
                Instant.parse(tree.path("time").asText()),
                entries);
    }

    private static RuleId id(JsonNode tree) {
        return new RuleId(
                tree.path("kind").asText(),
                tree.path("namespace").asText(),
                tree.path("name").asText());
    }

    /** Returns the problems of an answer. */
    static List<Problem> problems(JsonNode views) {
        List<Problem> problems = new ArrayList<>();
        for (JsonNode each : views) {
            problems.add(
                    new Problem(
                            each.path("severity").asText().equals("warning")
                                    ? Problem.Severity.WARNING
                                    : Problem.Severity.ERROR,
                            each.path("source").asText(),
                            each.path("document").asInt(),
                            each.path("line").asInt(),
                            each.path("column").asInt(),
                            each.path("path").asText(),
                            each.path("message").asText()));
        }
        return problems;
    }

    private static @Nullable String text(JsonNode tree, String member) {
        JsonNode value = tree.path(member);
        return value.isTextual() ? Objects.requireNonNull(value.textValue()) : null;
    }

    /** Each request has ended when it returns. */
    @Override
    public void close() {}
}

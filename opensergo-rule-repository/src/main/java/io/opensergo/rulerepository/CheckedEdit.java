package io.opensergo.rulerepository;

import io.opensergo.rulerepository.RuleConflictException.Conflict;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A batch whose texts are valid rules and whose expectations are met: what remains to be done. For
 * implementations of {@link RuleRepository}, which carry out the steps as one.
 *
 * @param edit the batch
 * @param steps one for each rule that changes, deletes before puts
 */
public record CheckedEdit(RuleEdit edit, List<Step> steps) {

    private static final Pattern MARKER =
            Pattern.compile("^(---|\\.\\.\\.)(?=\\s|$)", Pattern.MULTILINE);

    private static final int NAMED_IN_SUMMARY = 3;

    /**
     * What becomes of one rule.
     *
     * @param number the number of its text in the batch, from 1; 0 if it is deleted
     * @param before what is stored now; {@code null} if it is not
     * @param rule the rule to store; {@code null} if it is deleted
     * @param text the text to store; empty if it is deleted
     */
    public record Step(
            RuleId id, int number, @Nullable StoredRule before, @Nullable Rule rule, String text) {

        /** Returns what the history keeps of it. */
        public RuleChange.Entry entry() {
            return new RuleChange.Entry(
                    id, before == null ? null : before.text(), rule == null ? null : text);
        }

        private String summary() {
            String verb = rule == null ? "delete " : before == null ? "create " : "change ";
            return verb + id;
        }
    }

    /** Copies. */
    public CheckedEdit {
        Objects.requireNonNull(edit, "edit");
        steps = List.copyOf(steps);
    }

    /**
     * Checks a batch.
     *
     * @param reader decides what is a rule
     * @param current finds what is stored now
     * @throws RuleConflictException if a rule is not as the batch expects
     * @throws RuleDocumentException if a text is not one valid rule
     * @throws ReadOnlyRepositoryException if a rule of the batch cannot be written
     */
    public static CheckedEdit of(
            RuleEdit edit, RuleReader reader, Function<RuleId, @Nullable StoredRule> current) {
        Map<RuleId, Step> steps = new LinkedHashMap<>();
        List<Conflict> conflicts = new ArrayList<>();
        List<RuleDocument> documents = documents(edit.puts(), edit.deletes(), reader);
        for (RuleEdit.Delete delete : edit.deletes()) {
            var step = new Step(delete.id(), 0, current.apply(delete.id()), null, "");
            add(step, delete.expectedRevision(), steps, conflicts);
        }
        for (int i = 0; i < documents.size(); i++) {
            RuleEdit.Put put = edit.puts().get(i);
            Rule rule = Objects.requireNonNull(documents.get(i).rule(), "checked before");
            String text = RuleText.normalized(put.text());
            var step = new Step(rule.id(), i + 1, current.apply(rule.id()), rule, text);
            add(step, put.expectedRevision(), steps, conflicts);
        }
        if (!conflicts.isEmpty()) {
            throw new RuleConflictException(conflicts);
        }
        steps.values().forEach(CheckedEdit::requireWritable);
        return new CheckedEdit(edit, new ArrayList<>(steps.values()));
    }

    private static void add(
            Step step,
            @Nullable String expected,
            Map<RuleId, Step> steps,
            List<Conflict> conflicts) {
        StoredRule before = step.before();
        boolean done =
                before == null
                        ? step.rule() == null
                        : step.rule() != null && before.text().equals(step.text());
        if (done) {
            return;
        }
        if (!Objects.equals(expected, before == null ? null : before.revision())) {
            conflicts.add(new Conflict(step.id(), expected, before));
        }
        steps.put(step.id(), step);
    }

    private static void requireWritable(Step step) {
        StoredRule before = step.before();
        if (before != null && before.readOnlyReason() != null) {
            throw new ReadOnlyRepositoryException(
                    step.id() + " cannot be changed: " + before.readOnlyReason());
        }
    }

    /**
     * Reads each text of a batch as one rule.
     *
     * @return a document with its rule for each text, in order
     * @throws RuleDocumentException with all that is wrong in all of them, as {@link
     *     RuleRepository#commit} says it
     */
    public static List<RuleDocument> documents(
            List<RuleEdit.Put> puts, List<RuleEdit.Delete> deletes, RuleReader reader) {
        List<RuleDocument> documents = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        Map<RuleId, Integer> numbers = new LinkedHashMap<>();
        deletes.forEach(delete -> numbers.put(delete.id(), 0));
        for (RuleEdit.Put put : puts) {
            int number = documents.size() + 1;
            RuleDocument document = document(put.text(), number, reader);
            RuleId id = document.id();
            Integer other = id == null ? null : numbers.putIfAbsent(id, number);
            if (other != null) {
                problems.add(problem(number, document.line(), twice(id, other)));
            }
            documents.add(document);
        }
        new ReadResult(RuleEdit.SOURCE, documents, problems).orThrow();
        return documents;
    }

    private static String twice(@Nullable RuleId id, int other) {
        return "is "
                + id
                + ", which this edit also "
                + (other == 0 ? "deletes" : "stores as document " + other)
                + ": name each rule once";
    }

    private static RuleDocument document(String text, int number, RuleReader reader) {
        String complaint = complaint(text);
        if (complaint != null) {
            return faulty(number, complaint);
        }
        ReadResult result = read(text, RuleEdit.SOURCE, reader);
        if (result.documents().size() != 1) {
            List<Problem> problems = result.problems();
            return problems.isEmpty()
                    ? faulty(
                            number,
                            "must be one rule, was "
                                    + (result.documents().isEmpty() ? "none" : "a list"))
                    : new RuleDocument(number, 0, null, null, renumbered(problems, number));
        }
        RuleDocument only = result.documents().get(0);
        if (DocumentList.isList(text)) {
            return faulty(number, "must be one rule, was a list: give each item as a document");
        }
        return new RuleDocument(
                number, only.line(), only.id(), only.rule(), renumbered(only.problems(), number));
    }

    /** JSON is read as such, since it may have tabs, which YAML forbids. */
    static ReadResult read(String text, String source, RuleReader reader) {
        if (text.stripLeading().startsWith("{")) {
            ReadResult json = reader.read(text, source + ".json");
            if (json.documents().size() == 1 && json.documents().get(0).id() != null) {
                return json;
            }
        }
        return reader.read(text, source);
    }

    private static @Nullable String complaint(String text) {
        String body = RuleText.normalized(text);
        if (body.startsWith("%")) {
            return "must have no directive such as %YAML: leave that line out";
        }
        Matcher marker = MARKER.matcher(body);
        return marker.find()
                ? "must be one document, and a line with '"
                        + marker.group(1)
                        + "' ends it: give each document for itself"
                : null;
    }

    private static List<Problem> renumbered(List<Problem> problems, int number) {
        return problems.stream()
                .map(
                        each ->
                                new Problem(
                                        each.severity(),
                                        RuleEdit.SOURCE,
                                        number,
                                        each.line(),
                                        each.column(),
                                        each.path(),
                                        each.message()))
                .toList();
    }

    private static RuleDocument faulty(int number, String message) {
        return new RuleDocument(number, 0, null, null, List.of(problem(number, 0, message)));
    }

    static Problem problem(int number, int line, String message) {
        return new Problem(
                Problem.Severity.ERROR,
                RuleEdit.SOURCE,
                number,
                line,
                line == 0 ? 0 : 1,
                "",
                message);
    }

    static Problem problem(String place, String message) {
        return new Problem(Problem.Severity.ERROR, place, 1, 0, 0, "", message);
    }

    /**
     * Returns what the history keeps of it.
     *
     * @param id what the repository calls the change
     */
    public RuleChange change(String id, Instant time) {
        return new RuleChange(
                id,
                edit.author(),
                message(),
                edit.origin(),
                time,
                steps.stream().map(Step::entry).toList());
    }

    /** Returns why, or else what. */
    String message() {
        if (!edit.message().isEmpty()) {
            return edit.message();
        }
        String named =
                steps.stream()
                        .limit(NAMED_IN_SUMMARY)
                        .map(Step::summary)
                        .collect(Collectors.joining(", "));
        int more = steps.size() - NAMED_IN_SUMMARY;
        String summary = steps.isEmpty() ? "nothing to change" : named;
        return more > 0 ? summary + " and " + more + " more" : summary;
    }
}

package io.opensergo.rulerepository;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns a batch into new contents of files, and proves each of them before it is written: read
 * again, it has the rules that the batch wants, and every other document as before.
 */
final class FileEdits {

    private static final byte[] NO_RULES = "# no rules\n".getBytes(StandardCharsets.UTF_8);

    private final DirectoryContents contents;
    private final Path directory;
    private final RuleReader reader;
    private final DirectoryState state;
    private final SortedMap<Path, OfFile> files = new TreeMap<>();

    /** What the batch does to one file. */
    private static final class OfFile {

        final Map<RuleId, String> replaced = new LinkedHashMap<>();
        final Set<RuleId> removed = new LinkedHashSet<>();
        final List<String> added = new ArrayList<>();
        final Map<RuleId, CheckedEdit.Step> steps = new LinkedHashMap<>();
    }

    private FileEdits(
            DirectoryContents contents, Path directory, RuleReader reader, DirectoryState state) {
        this.contents = contents;
        this.directory = directory;
        this.reader = reader;
        this.state = state;
    }

    static List<FileChange> of(
            CheckedEdit edit,
            DirectoryContents contents,
            Path directory,
            RuleReader reader,
            DirectoryState state)
            throws IOException {
        var edits = new FileEdits(contents, directory, reader, state);
        edit.steps().forEach(edits::assign);
        List<FileChange> changes = new ArrayList<>();
        for (var each : edits.files.entrySet()) {
            changes.add(edits.change(each.getKey(), each.getValue()));
        }
        return changes;
    }

    private void assign(CheckedEdit.Step step) {
        Rule rule = step.rule();
        OfFile of = files.computeIfAbsent(fileOf(step), file -> new OfFile());
        of.steps.put(step.id(), step);
        if (rule == null) {
            of.removed.add(step.id());
        } else if (step.before() != null) {
            of.replaced.put(step.id(), step.text());
        } else {
            of.added.add(step.text());
        }
    }

    private Path fileOf(CheckedEdit.Step step) {
        Rule rule = step.rule();
        return rule != null && step.before() == null ? homeOf(rule) : state.fileOf(step.id());
    }

    /**
     * Chooses the file of a new rule: the one that holds most rules of its application, or else one
     * named after the application.
     */
    private Path homeOf(Rule rule) {
        Path best = null;
        long most = 0;
        for (var file : state.files().entrySet()) {
            long ofApp =
                    file.getValue().entries().stream()
                            .map(entry -> entry.document().rule())
                            .filter(other -> other != null && isOfOneApp(rule, other))
                            .count();
            boolean usable = file.getValue().isPlain() && Files.isWritable(file.getKey());
            if (ofApp > most && usable) {
                best = file.getKey();
                most = ofApp;
            }
        }
        return best == null ? newFileOf(rule) : best;
    }

    private static boolean isOfOneApp(Rule rule, Rule other) {
        return rule.metadata().namespace().equals(other.metadata().namespace())
                && Objects.equals(rule.app(), other.app());
    }

    private Path newFileOf(Rule rule) {
        String name = FileNames.of(rule.metadata().namespace(), rule.app());
        for (int i = 1; ; i++) {
            Path file = directory.resolve(name + (i == 1 ? "" : "-" + i) + ".yaml");
            FileContent there = state.files().get(file);
            if (there == null ? isFree(file) : there.isPlain() && Files.isWritable(file)) {
                return file;
            }
        }
    }

    private static boolean isFree(Path file) {
        return !Files.exists(file) && !Files.isSymbolicLink(file);
    }

    private FileChange change(Path file, OfFile of) throws IOException {
        FileContent before = state.files().get(file);
        FileContent base =
                before == null
                        ? new FileContent(
                                contents.nameOf(file),
                                new byte[0],
                                "",
                                List.of(),
                                new ReadResult(contents.nameOf(file), List.of(), List.of()))
                        : before;
        requireJson(base, of);
        String after = base.edited(of.replaced, of.removed, of.added);
        if (before != null && FileContent.isVoid(after)) {
            return new FileChange(target(file), before.bytes(), withoutRules(file));
        }
        byte[] bytes = after.getBytes(StandardCharsets.UTF_8);
        prove(base, FileContent.of(base.name(), bytes, reader), of);
        return new FileChange(target(file), before == null ? null : before.bytes(), bytes);
    }

    /** A link stays, with what it leads to: an empty file would be taken for a truncated one. */
    private static byte @Nullable [] withoutRules(Path file) {
        return Files.isSymbolicLink(file) ? NO_RULES.clone() : null;
    }

    private static Path target(Path file) throws IOException {
        return Files.exists(file) ? file.toRealPath() : file;
    }

    private static void requireJson(FileContent base, OfFile of) {
        for (CheckedEdit.Step step : of.steps.values()) {
            boolean isJson = step.text().startsWith("{");
            if (base.isJson() && step.rule() != null && !isJson) {
                throw faulty(base, step, "write it as JSON, which that file holds");
            }
        }
    }

    private static void prove(FileContent before, FileContent after, OfFile of) {
        List<RuleDocument> expected = new ArrayList<>();
        for (RuleDocument document : before.result().documents()) {
            RuleId id = document.id();
            if (id == null || !of.steps.containsKey(id)) {
                expected.add(document);
            }
        }
        List<RuleDocument> found = new ArrayList<>();
        Map<RuleId, RuleDocument> changed = new LinkedHashMap<>();
        for (RuleDocument document : after.result().documents()) {
            RuleId id = document.id();
            if (id != null && of.steps.containsKey(id)) {
                changed.put(id, document);
            } else {
                found.add(document);
            }
        }
        Map<RuleId, String> texts = new HashMap<>();
        after.entries().forEach(entry -> texts.put(entry.id(), entry.text()));
        for (CheckedEdit.Step step : of.steps.values()) {
            RuleDocument document = changed.get(step.id());
            Rule rule = document == null ? null : document.rule();
            if (!Objects.equals(step.rule(), rule) || !isText(step, texts)) {
                throw faulty(before, step, "it is read differently there; edit the file by hand");
            }
        }
        if (!sameDocuments(expected, found)) {
            CheckedEdit.Step any = of.steps.values().iterator().next();
            throw faulty(
                    before,
                    any,
                    "the other documents of that file would be read differently; edit it by hand");
        }
    }

    private static boolean isText(CheckedEdit.Step step, Map<RuleId, String> texts) {
        return step.rule() == null || step.text().equals(texts.get(step.id()));
    }

    private static boolean sameDocuments(List<RuleDocument> before, List<RuleDocument> after) {
        if (before.size() != after.size()) {
            return false;
        }
        for (int i = 0; i < before.size(); i++) {
            RuleDocument one = before.get(i);
            RuleDocument other = after.get(i);
            if (!Objects.equals(one.id(), other.id())
                    || !Objects.equals(one.rule(), other.rule())
                    || !messages(one).equals(messages(other))) {
                return false;
            }
        }
        return true;
    }

    private static List<String> messages(RuleDocument document) {
        return document.problems().stream()
                .map(problem -> problem.path() + " " + problem.message())
                .toList();
    }

    private static RuntimeException faulty(
            FileContent file, CheckedEdit.Step step, String whatToDo) {
        String message = step.id() + " cannot be changed in " + file.name() + ": " + whatToDo;
        if (step.number() == 0) {
            return new ReadOnlyRepositoryException(message);
        }
        List<Problem> problems = List.of(CheckedEdit.problem(step.number(), 0, message));
        try {
            new ReadResult(RuleEdit.SOURCE, List.of(), problems).orThrow();
        } catch (IllegalArgumentException e) {
            return e;
        }
        throw new IllegalStateException("an error is always thrown");
    }
}

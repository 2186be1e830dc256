package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a directory holds at one moment. */
final class DirectoryState {

    /** The order in which a {@code RuleDirectory} looks for the rule that counts. */
    private static final Comparator<Path> PRECEDENCE =
            Comparator.<Path>comparingInt(path -> path.getFileName().toString().length())
                    .thenComparing(Comparator.naturalOrder());

    /**
     * A rule and where it stands.
     *
     * @param file its file, as the directory names it
     */
    record Located(Path file, FileContent content, FileContent.Entry entry) {

        private String place() {
            return content.name() + ":" + entry.document().line();
        }
    }

    private final SortedMap<Path, FileContent> files;
    private final List<Problem> problems;
    private final Map<RuleId, List<Located>> located = new HashMap<>();
    private final Map<Path, Boolean> writable = new HashMap<>();
    private final Map<RuleId, StoredRule> rules = InMemoryRuleRepository.emptyMap();

    DirectoryState(SortedMap<Path, FileContent> files, List<Problem> problems) {
        this.files = files;
        this.problems = new ArrayList<>(problems);
        List<Path> inOrder = new ArrayList<>(files.keySet());
        inOrder.sort(PRECEDENCE);
        for (Path path : inOrder) {
            FileContent content = Objects.requireNonNull(files.get(path));
            this.problems.addAll(content.problems());
            for (FileContent.Entry entry : content.entries()) {
                located.computeIfAbsent(entry.id(), id -> new ArrayList<>(1))
                        .add(new Located(path, content, entry));
            }
        }
        located.forEach((id, places) -> rules.put(id, stored(id, places)));
    }

    /** Of several documents the first one that is a rule counts. */
    private StoredRule stored(RuleId id, List<Located> places) {
        Located counts =
                places.stream()
                        .filter(each -> each.entry().document().rule() != null)
                        .findFirst()
                        .orElse(places.get(0));
        return new StoredRule(
                id,
                counts.entry().document().rule(),
                counts.entry().text(),
                counts.entry().revision(),
                counts.place(),
                counts.entry().document().problems(),
                readOnlyReason(counts, places));
    }

    private @Nullable String readOnlyReason(Located counts, List<Located> places) {
        if (places.size() > 1) {
            return "it stands in several places: "
                    + places.stream().map(Located::place).collect(Collectors.joining(", "))
                    + "; delete all but one of them by hand";
        }
        if (counts.entry().readOnlyReason() != null) {
            return counts.entry().readOnlyReason() + " (" + counts.place() + ")";
        }
        return writable.computeIfAbsent(counts.file(), Files::isWritable)
                ? null
                : counts.content().name() + " may not be written; give this process the right";
    }

    SortedMap<Path, FileContent> files() {
        return files;
    }

    List<StoredRule> rules() {
        return List.copyOf(rules.values());
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    @Nullable StoredRule find(RuleId id) {
        return rules.get(id);
    }

    /** Returns where a rule that stands in one place is. */
    Path fileOf(RuleId id) {
        List<Located> places = located.get(id);
        if (places == null) {
            throw new IllegalStateException(id + " is not stored");
        }
        return places.get(0).file();
    }
}

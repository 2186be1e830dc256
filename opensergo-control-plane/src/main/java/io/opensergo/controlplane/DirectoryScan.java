package io.opensergo.controlplane;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Looks at a directory again and again, and reports what changed since the last look.
 *
 * <p>Confined to one thread at a time.
 */
final class DirectoryScan implements Runnable {

    private static final int MAX_DEPTH = 16;

    private final Path directory;
    private final RuleSource.Listener listener;
    private final RuleReader reader;
    private final InstantSource clock;

    /** In the order of their paths, which decides between files that hold the same rule. */
    private final SortedMap<Path, RuleFile> files = new TreeMap<>();

    private Map<RuleId, Rule> reportedRules = Map.of();
    private List<Problem> reportedProblems = List.of();
    private boolean first = true;

    DirectoryScan(Path directory, RuleSource.Listener listener, InstantSource clock) {
        this.directory = directory;
        this.listener = listener;
        this.reader = RuleReader.strict().withKinds(listener.kinds()).withAppRequired();
        this.clock = clock;
    }

    /** Looks at the directory once. */
    @Override
    public void run() {
        SortedMap<Path, BasicFileAttributes> seen = new TreeMap<>();
        List<Problem> unreadable = new ArrayList<>();
        list(seen, unreadable);
        if (unreadable.isEmpty()) {
            files.values().removeIf(file -> !seen.containsKey(file.path()) && file.isGone());
        }
        for (Map.Entry<Path, BasicFileAttributes> entry : seen.entrySet()) {
            files.computeIfAbsent(entry.getKey(), path -> new RuleFile(path, reader))
                    .look(entry.getValue(), clock.instant(), first);
        }
        first = false;
        report(unreadable);
    }

    private void list(SortedMap<Path, BasicFileAttributes> seen, List<Problem> unreadable) {
        try {
            Files.walkFileTree(
                    directory,
                    EnumSet.of(FileVisitOption.FOLLOW_LINKS),
                    MAX_DEPTH,
                    new Visitor(seen, unreadable));
        } catch (IOException e) {
            unreadable.add(cannotRead(directory, e));
        }
    }

    private static Problem cannotRead(Path path, IOException e) {
        return problem(path, "cannot be read (" + e + "); its last good rules stay in force");
    }

    private static Problem problem(Path path, String message) {
        return new Problem(Problem.Severity.ERROR, path.toString(), 0, 0, 0, "", message);
    }

    private void report(List<Problem> unreadable) {
        Map<RuleId, Rule> rules = new LinkedHashMap<>();
        Map<RuleId, Path> holders = new HashMap<>();
        List<Problem> problems = new ArrayList<>(unreadable);
        for (RuleFile file : files.values()) {
            problems.addAll(file.problems());
            for (Rule rule : file.rules()) {
                Path holder = holders.putIfAbsent(rule.id(), file.path());
                if (holder == null) {
                    rules.put(rule.id(), rule);
                } else {
                    problems.add(
                            problem(
                                    file.path(),
                                    "holds "
                                            + rule.id()
                                            + ", which is also in "
                                            + holder
                                            + "; that one counts"));
                }
            }
        }
        if (!problems.equals(reportedProblems)) {
            reportedProblems = problems;
            listener.problems(problems);
        }
        reportRules(rules);
    }

    private void reportRules(Map<RuleId, Rule> rules) {
        List<Rule> puts =
                rules.values().stream()
                        .filter(rule -> !rule.equals(reportedRules.get(rule.id())))
                        .toList();
        Set<RuleId> deletes = new LinkedHashSet<>(reportedRules.keySet());
        deletes.removeAll(rules.keySet());
        if (!puts.isEmpty() || !deletes.isEmpty()) {
            reportedRules = rules;
            listener.changed(puts, deletes);
        }
    }

    /** Finds the files that hold rules; what cannot be read is noted and passed over. */
    private final class Visitor extends SimpleFileVisitor<Path> {

        private final SortedMap<Path, BasicFileAttributes> seen;
        private final List<Problem> unreadable;

        Visitor(SortedMap<Path, BasicFileAttributes> seen, List<Problem> unreadable) {
            this.seen = seen;
            this.unreadable = unreadable;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            boolean hidden = !path.equals(directory) && isHidden(path);
            return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !isHidden(path) && holdsRules(path)) {
                seen.put(path, attributes);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException e) {
            if (path.equals(directory) || (!isHidden(path) && Files.exists(path))) {
                unreadable.add(cannotRead(path, e));
            }
            return FileVisitResult.CONTINUE;
        }

        private static boolean isHidden(Path path) {
            return name(path).startsWith(".");
        }

        private static boolean holdsRules(Path path) {
            String name = name(path).toLowerCase(Locale.ROOT);
            return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
        }

        private static String name(Path path) {
            return Objects.toString(path.getFileName(), "");
        }
    }
}

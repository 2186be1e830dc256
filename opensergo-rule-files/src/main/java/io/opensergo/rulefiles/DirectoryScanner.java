package io.opensergo.rulefiles;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.Problem.Severity;
import io.opensergo.rules.document.RuleReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a rule directory, each time it is told to, and reports what changed since.
 *
 * <p><b>Revisions.</b> The revision of a state is the latest modification time of all rule files
 * and directories, so whoever scans the same state reports the same, whenever it began. A file that
 * is not in force yet must not count, or the change would come under a revision that has been
 * reported for the state before it: until all that a scan saw is settled, only the files in force
 * count.
 *
 * <p>Not thread-safe: one thread at a time, each after the other.
 */
final class DirectoryScanner {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryScanner.class);
    private static final long NO_REVISION = -1;
    private static final int MAX_FIRST_LOOKS = 10;
    private static final int MAX_IGNORED_EDITS_LOGGED = 20;

    /** The file that counts comes first: {@code a.yaml} before {@code a-backup.yaml}. */
    private static final Comparator<RuleFile> PRECEDENCE =
            Comparator.<RuleFile>comparingInt(file -> file.path().getFileName().toString().length())
                    .thenComparing(RuleFile::path);

    private final Path directory;
    private final RuleReader reader;
    private final InstantSource clock;
    private final RuleDirectory.Listener listener;
    private final SlowReads slowReads;
    private final ScanTimes times = new ScanTimes(System::nanoTime);
    private final SortedMap<Path, RuleFile> files = new TreeMap<>();
    private SortedMap<Path, String> unreadable = new TreeMap<>();
    private SortedMap<Path, String> skipped = new TreeMap<>();
    private Set<RuleFile> edited = Set.of();
    private Map<RuleId, RuleFile.Located> reportedRules = Map.of();
    private List<Problem> reportedProblems = List.of();
    private long reportedRevision = NO_REVISION;
    private boolean sawRecentWrite;
    private boolean settled;

    DirectoryScanner(
            Path directory,
            RuleReader reader,
            InstantSource clock,
            RuleDirectory.Listener listener,
            SlowReads slowReads) {
        this.slowReads = slowReads;
        this.directory = directory;
        this.reader = reader;
        this.clock = clock;
        this.listener = listener;
    }

    /** Looks once; what two scans in a row see is reported. */
    void scan() {
        times.begin();
        DirectoryListing listing = DirectoryListing.of(directory);
        times.listed();
        sawRecentWrite =
                listing.files().values().stream()
                        .anyMatch(stamp -> stamp.isRecentAt(clock.instant()));
        listing.files()
                .keySet()
                .forEach(
                        path ->
                                files.computeIfAbsent(
                                        path, p -> new RuleFile(p, reader, clock, slowReads)));
        boolean news =
                !listing.unreadable().equals(unreadable) || !listing.skipped().equals(skipped);
        unreadable = listing.unreadable();
        skipped = listing.skipped();
        edited = new HashSet<>(2);
        for (RuleFile file : files.values()) {
            if (look(file, listing)) {
                edited.add(file);
            }
            times.looked(file.path());
        }
        news |= !edited.isEmpty();
        news |= files.values().removeIf(RuleFile::isGone);
        settled = files.values().stream().allMatch(RuleFile::isSettled);
        long revision = revision(listing);
        if (news) {
            report(revision);
        } else if (settled && revision > reportedRevision) {
            report(List.of(), List.of(), revision, Map.of());
        }
        times.end(directory, listing);
    }

    /**
     * Looks until all that is there is settled, so that nobody gets a set without the rules of a
     * file that is just being written, but not for ever; and reports a revision in any case.
     *
     * @param pause waits for a moment between two looks
     */
    void begin(Runnable pause) {
        scan();
        if (sawRecentWrite) {
            pause.run();
        }
        scan();
        for (int looks = 2; !settled && looks < MAX_FIRST_LOOKS; looks++) {
            pause.run();
            scan();
        }
        if (reportedRevision == NO_REVISION) {
            report(List.of(), List.of(), DirectoryListing.of(directory).revision(), Map.of());
        }
        slowReads.stopWaiting();
    }

    /** The first report counts all, so that it is not below what an earlier process reported. */
    private long revision(DirectoryListing listing) {
        if (settled || reportedRevision == NO_REVISION) {
            return Math.max(reportedRevision, listing.revision());
        }
        return files.values().stream()
                .filter(RuleFile::isSettled)
                .mapToLong(RuleFile::revision)
                .reduce(reportedRevision, Math::max);
    }

    private static boolean look(RuleFile file, DirectoryListing listing) {
        FileStamp stamp = listing.files().get(file.path());
        if (stamp != null) {
            return file.look(stamp);
        }
        if (listing.hides(file.path())) {
            file.hide();
        } else {
            file.miss();
        }
        return false;
    }

    private void report(long revision) {
        List<Problem> problems = new ArrayList<>();
        unreadable.forEach(
                (path, reason) -> problems.add(problem(Severity.ERROR, path, null, reason)));
        skipped.forEach(
                (path, reason) -> problems.add(problem(Severity.WARNING, path, null, reason)));
        Map<RuleId, RuleFile.Located> rules = merge(problems);
        // First the problems, so that whoever sees the rules can also see what is wrong with the
        // rest.
        if (!problems.equals(reportedProblems)) {
            listener.problems(problems);
            reportedProblems = problems;
        }
        reportRules(rules, revision);
    }

    /** Returns the rules in force from all files, and adds what is wrong with them. */
    private Map<RuleId, RuleFile.Located> merge(List<Problem> problems) {
        Map<RuleId, RuleFile.Located> rules = new HashMap<>();
        List<RuleFile> inOrder = new ArrayList<>(files.values());
        inOrder.sort(PRECEDENCE);
        Set<Problem> before = edited.isEmpty() ? Set.of() : new HashSet<>(reportedProblems);
        int ignoredEdits = 0;
        for (RuleFile file : inOrder) {
            problems.addAll(file.problems());
            int shadowed = 0;
            for (RuleFile.Located located : file.rules()) {
                RuleId id = located.rule().id();
                RuleFile.Located other = rules.putIfAbsent(id, located);
                if (other != null && shadowed++ < RuleFile.MAX_PROBLEMS) {
                    Problem problem = shadowed(located, other);
                    problems.add(problem);
                    boolean again = edited.contains(file) && before.contains(problem);
                    if (again && ignoredEdits++ < MAX_IGNORED_EDITS_LOGGED) {
                        LOG.warn("An edit has no effect: {}", problem);
                    }
                }
            }
            if (shadowed > RuleFile.MAX_PROBLEMS) {
                int more = shadowed - RuleFile.MAX_PROBLEMS;
                String message = "has " + more + " more rules that are in force from other files";
                problems.add(problem(Severity.ERROR, file.path(), null, message));
            }
        }
        return rules;
    }

    private static Problem shadowed(RuleFile.Located located, RuleFile.Located other) {
        String reason =
                located.file().equals(other.file())
                        ? "the first one of a file counts"
                        : "the file with the shorter name counts, then the first in the alphabet";
        return problem(
                Severity.ERROR,
                located.file(),
                located,
                "is another "
                        + located.rule().id()
                        + "; the one in "
                        + other.place()
                        + " is in force, for "
                        + reason
                        + ": delete one of the two");
    }

    private void reportRules(Map<RuleId, RuleFile.Located> rules, long revision) {
        List<Rule> puts = new ArrayList<>();
        List<RuleId> deletes = new ArrayList<>();
        Map<RuleId, String> places = new HashMap<>();
        rules.forEach(
                (id, located) -> {
                    RuleFile.Located before = reportedRules.get(id);
                    if (before == null || !located.rule().equals(before.rule())) {
                        puts.add(located.rule());
                        places.put(id, located.brief());
                    }
                });
        reportedRules.forEach(
                (id, before) -> {
                    if (!rules.containsKey(id)) {
                        deletes.add(id);
                        places.put(id, before.brief());
                    }
                });
        if (!puts.isEmpty() || !deletes.isEmpty() || revision > reportedRevision) {
            report(puts, deletes, revision, places);
        }
        reportedRules = rules;
    }

    private void report(
            List<Rule> puts, List<RuleId> deletes, long revision, Map<RuleId, String> places) {
        listener.changed(puts, deletes, revision, places);
        reportedRevision = revision;
    }

    private static Problem problem(
            Severity severity, Path source, RuleFile.@Nullable Located located, String message) {
        int document = located == null ? 0 : located.document();
        int line = located == null ? 0 : located.line();
        int column = line == 0 ? 0 : 1;
        return new Problem(severity, source.toString(), document, line, column, "", message);
    }
}

package io.opensergo.controlplane;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

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

    private static final long NO_REVISION = -1;
    private static final int MAX_FIRST_LOOKS = 10;

    private final Path directory;
    private final RuleReader reader;
    private final InstantSource clock;
    private final RuleSource.Listener listener;
    private final SortedMap<Path, RuleFile> files = new TreeMap<>();
    private SortedMap<Path, String> unreadable = new TreeMap<>();
    private Map<RuleId, Rule> reportedRules = Map.of();
    private List<Problem> reportedProblems = List.of();
    private long reportedRevision = NO_REVISION;
    private boolean sawRecentWrite;
    private boolean settled;

    DirectoryScanner(
            Path directory, RuleReader reader, InstantSource clock, RuleSource.Listener listener) {
        this.directory = directory;
        this.reader = reader;
        this.clock = clock;
        this.listener = listener;
    }

    /** Looks once; what two scans in a row see is reported. */
    void scan() {
        DirectoryListing listing = DirectoryListing.of(directory);
        sawRecentWrite =
                listing.files().values().stream()
                        .anyMatch(stamp -> stamp.isRecentAt(clock.instant()));
        listing.files()
                .keySet()
                .forEach(path -> files.computeIfAbsent(path, p -> new RuleFile(p, reader, clock)));
        boolean news = !listing.unreadable().equals(unreadable);
        unreadable = listing.unreadable();
        for (RuleFile file : files.values()) {
            news |= look(file, listing);
        }
        news |= files.values().removeIf(RuleFile::isGone);
        settled = files.values().stream().allMatch(RuleFile::isSettled);
        long revision = revision(listing);
        if (news) {
            report(revision);
        } else if (settled && revision > reportedRevision) {
            report(List.of(), List.of(), revision);
        }
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
            report(List.of(), List.of(), DirectoryListing.of(directory).revision());
        }
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
        unreadable.forEach((path, reason) -> problems.add(problem(path.toString(), 0, reason)));
        Map<RuleId, Rule> rules = merge(problems);
        // First the problems, so that whoever sees the rules can also see what is wrong with the
        // rest.
        if (!problems.equals(reportedProblems)) {
            listener.problems(problems);
            reportedProblems = problems;
        }
        reportRules(rules, revision);
    }

    /** Returns the rules in force from all files, and adds what is wrong with them. */
    private Map<RuleId, Rule> merge(List<Problem> problems) {
        Map<RuleId, RuleFile.Located> first = new HashMap<>();
        Map<RuleId, Rule> rules = new HashMap<>();
        for (RuleFile file : files.values()) {
            problems.addAll(file.problems());
            for (RuleFile.Located located : file.rules()) {
                RuleId id = located.rule().id();
                RuleFile.Located other = first.putIfAbsent(id, located);
                if (other == null) {
                    rules.put(id, located.rule());
                } else {
                    String message =
                            "is another " + id + "; the one in " + other.place() + " counts";
                    problems.add(problem(file.path().toString(), located.document(), message));
                }
            }
        }
        return rules;
    }

    private void reportRules(Map<RuleId, Rule> rules, long revision) {
        List<Rule> puts =
                rules.values().stream()
                        .filter(rule -> !rule.equals(reportedRules.get(rule.id())))
                        .toList();
        List<RuleId> deletes =
                reportedRules.keySet().stream().filter(id -> !rules.containsKey(id)).toList();
        if (!puts.isEmpty() || !deletes.isEmpty() || revision > reportedRevision) {
            report(puts, deletes, revision);
            reportedRules = rules;
        }
    }

    private void report(List<Rule> puts, List<RuleId> deletes, long revision) {
        listener.changed(puts, deletes, revision);
        reportedRevision = revision;
    }

    private static Problem problem(String source, int document, String message) {
        return new Problem(Problem.Severity.ERROR, source, document, 0, 0, "", message);
    }
}

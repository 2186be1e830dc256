package io.opensergo.rulefiles;

import io.opensergo.rules.document.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * The rule files in a directory and in those below it, exactly as a {@link RuleDirectory} finds
 * them.
 *
 * @param files the files, in the order of their paths
 * @param problems what could not be looked into, as errors, and links that are not followed, as
 *     warnings; the rest is listed all the same
 */
public record RuleFiles(List<Path> files, List<Problem> problems) {

    public RuleFiles {
        files = List.copyOf(files);
        problems = List.copyOf(problems);
    }

    /** Lists a directory once; one that does not exist is a problem. */
    public static RuleFiles in(Path directory) {
        DirectoryListing listing = DirectoryListing.of(directory);
        List<Problem> problems = new ArrayList<>();
        add(Problem.Severity.ERROR, listing.unreadable(), problems);
        add(Problem.Severity.WARNING, listing.skipped(), problems);
        return new RuleFiles(List.copyOf(listing.files().keySet()), problems);
    }

    private static void add(
            Problem.Severity severity, SortedMap<Path, String> reasons, List<Problem> problems) {
        reasons.forEach(
                (path, reason) ->
                        problems.add(new Problem(severity, path.toString(), 0, 0, 0, "", reason)));
    }
}

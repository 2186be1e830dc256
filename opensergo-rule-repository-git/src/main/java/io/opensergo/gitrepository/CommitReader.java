package io.opensergo.gitrepository;

import io.opensergo.rulerepository.DirectoryRuleRepository;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.AbstractTreeIterator;
import org.eclipse.jgit.treewalk.CanonicalTreeParser;
import org.eclipse.jgit.treewalk.EmptyTreeIterator;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.AndTreeFilter;
import org.eclipse.jgit.treewalk.filter.PathFilter;
import org.eclipse.jgit.treewalk.filter.TreeFilter;
import org.jspecify.annotations.Nullable;

/** Reads from commits what became of documents: what is in the files before, and in those after. */
final class CommitReader {

    private static final Comparator<RuleId> BY_ID =
            Comparator.comparing(RuleId::kind)
                    .thenComparing(RuleId::namespace)
                    .thenComparing(RuleId::name);

    private final Repository git;
    private final Path directory;
    private final RuleReader reader;

    /**
     * @param directory the directory of the rules, without links
     */
    CommitReader(Repository git, Path directory, RuleReader reader) {
        this.git = git;
        this.directory = directory;
        this.reader = reader;
    }

    List<RuleChange> read(HistoryQuery query) throws IOException {
        List<RuleChange> changes = new ArrayList<>();
        ObjectId head = git.resolve(Constants.HEAD);
        if (head == null) {
            return changes; // nothing is committed yet
        }
        try (RevWalk walk = new RevWalk(git)) {
            walk.setRevFilter(RevFilter.NO_MERGES);
            walk.markStart(walk.parseCommit(head));
            boolean begun = query.before() == null;
            for (RevCommit commit : walk) {
                if (changes.size() == query.limit()) {
                    break;
                }
                if (begun) {
                    addIfWanted(commit, walk, query, changes);
                }
                begun |= commit.name().equals(query.before());
            }
        }
        return changes;
    }

    private void addIfWanted(
            RevCommit commit, RevWalk walk, HistoryQuery query, List<RuleChange> changes)
            throws IOException {
        List<RuleChange.Entry> entries = entries(commit, walk);
        boolean wanted =
                query.rule() == null
                        ? !entries.isEmpty()
                        : entries.stream().anyMatch(entry -> entry.id().equals(query.rule()));
        if (wanted) {
            changes.add(
                    new RuleChange(
                            commit.name(),
                            CommitText.author(commit.getAuthorIdent()),
                            CommitText.message(commit),
                            CommitText.origin(commit),
                            commit.getCommitterIdent().getWhenAsInstant(),
                            entries));
        }
    }

    private List<RuleChange.Entry> entries(RevCommit commit, RevWalk walk) throws IOException {
        RevCommit parent =
                commit.getParentCount() == 0 ? null : walk.parseCommit(commit.getParent(0));
        Map<RuleId, String> before = new LinkedHashMap<>();
        Map<RuleId, String> after = new LinkedHashMap<>();
        try (ObjectReader objects = git.newObjectReader();
                TreeWalk files = new TreeWalk(git, objects)) {
            files.addTree(parent == null ? new EmptyTreeIterator() : treeOf(parent, objects));
            files.addTree(treeOf(commit, objects));
            files.setRecursive(true);
            files.setFilter(filter());
            while (files.next()) {
                if (isRuleFile(files.getPathString())) {
                    addDocuments(files, 0, objects, before);
                    addDocuments(files, 1, objects, after);
                }
            }
        }
        return difference(before, after);
    }

    private static AbstractTreeIterator treeOf(RevCommit commit, ObjectReader objects)
            throws IOException {
        return new CanonicalTreeParser(new byte[0], objects, commit.getTree());
    }

    private TreeFilter filter() {
        String prefix = prefix();
        return prefix.isEmpty()
                ? TreeFilter.ANY_DIFF
                : AndTreeFilter.create(PathFilter.create(prefix), TreeFilter.ANY_DIFF);
    }

    private String prefix() {
        Path workTree = git.getWorkTree().toPath();
        return workTree.relativize(directory).toString().replace('\\', '/');
    }

    /** By its name below the directory, as a rule directory finds its files. */
    private boolean isRuleFile(String path) {
        String prefix = prefix();
        String below = prefix.isEmpty() ? path : path.substring(prefix.length() + 1);
        String name = below.toLowerCase(Locale.ROOT);
        boolean hidden = below.startsWith(".") || below.contains("/.");
        return !hidden
                && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
    }

    private void addDocuments(
            TreeWalk files, int side, ObjectReader objects, Map<RuleId, String> documents)
            throws IOException {
        FileMode mode = files.getFileMode(side);
        if (!mode.equals(FileMode.REGULAR_FILE) && !mode.equals(FileMode.EXECUTABLE_FILE)) {
            return;
        }
        ObjectLoader blob = objects.open(files.getObjectId(side), Constants.OBJ_BLOB);
        if (blob.getSize() <= RuleReader.DEFAULT_MAX_BYTES) {
            byte[] content = blob.getCachedBytes(RuleReader.DEFAULT_MAX_BYTES);
            DirectoryRuleRepository.documentsOf(files.getPathString(), content, reader)
                    .forEach(documents::putIfAbsent);
        }
    }

    private static List<RuleChange.Entry> difference(
            Map<RuleId, String> before, Map<RuleId, String> after) {
        var ids = new TreeSet<>(BY_ID);
        ids.addAll(before.keySet());
        ids.addAll(after.keySet());
        List<RuleChange.Entry> entries = new ArrayList<>();
        for (RuleId id : ids) {
            @Nullable String old = before.get(id);
            @Nullable String now = after.get(id);
            if (!Objects.equals(old, now)) {
                entries.add(new RuleChange.Entry(id, old, now));
            }
        }
        return entries;
    }
}

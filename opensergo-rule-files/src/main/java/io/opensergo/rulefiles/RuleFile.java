package io.opensergo.rulefiles;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of a rule directory: the rules in force from it, and what is wrong with it.
 *
 * <p>A content that takes long to read is read by {@link SlowReads}, while the rules in force stay,
 * so that it holds up no other file.
 *
 * <p>A content is taken when two scans in a row find the same stamp and the same bytes, and the
 * stamp is still the same after the reading. So a file that is being written is left alone, however
 * coarse the clock of its file system is. Once a file has been read long enough after its last
 * write, an equal stamp is proof enough and it is not read again.
 *
 * <p>Confined to its {@link DirectoryScanner}.
 */
final class RuleFile {

    /** A content as one scan found it. */
    private record Sighting(FileStamp stamp, String digest) {}

    /** A rule in force and the document that it comes from. */
    record Located(Rule rule, Path file, int document, int line) {

        /** Returns for example {@code rules/a.yaml:12 (document 2)}. */
        String place() {
            return brief() + " (document " + document + ")";
        }

        /** Returns for example {@code rules/a.yaml:12}. */
        String brief() {
            return file + ":" + line;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(RuleFile.class);

    /** More problems than anybody reads: the rest of a file is counted. */
    static final int MAX_PROBLEMS = 20;

    private final Path path;
    private final RuleReader reader;
    private final InstantSource clock;
    private final SlowReads slowReads;
    private SlowReads.@Nullable Read<Sighting> underWay;
    private @Nullable Sighting seen;
    private @Nullable Sighting taken;
    private boolean proven;
    private boolean settled;
    private int missed;
    private List<Located> rules = List.of();
    private List<Problem> problems = List.of();

    RuleFile(Path path, RuleReader reader, InstantSource clock, SlowReads slowReads) {
        this.path = path;
        this.reader = reader;
        this.clock = clock;
        this.slowReads = slowReads;
    }

    Path path() {
        return path;
    }

    List<Located> rules() {
        return rules;
    }

    List<Problem> problems() {
        return problems;
    }

    /** Returns whether two scans in a row did not find the file. */
    boolean isGone() {
        return missed > 1;
    }

    /** Returns whether all that the last scan saw of it is in force or reported as a problem. */
    boolean isSettled() {
        return settled;
    }

    /** Returns when the content in force was written, in microseconds since 1970; 0 if never. */
    long revision() {
        return taken == null ? 0 : DirectoryListing.micros(taken.stamp().lastModified());
    }

    /** A scan found that the file is not there. */
    void miss() {
        missed++;
        settled = false;
    }

    /** A scan could not look where the file was. */
    void hide() {
        missed = 0;
        settled = true;
    }

    /**
     * Looks at the file, which a scan found with this stamp, and takes what is new and settled.
     *
     * @return whether its rules or problems may be others now
     */
    boolean look(FileStamp stamp) {
        missed = 0;
        SlowReads.Read<Sighting> slow = underWay;
        if (slow != null) {
            return slow.isDone() && finish(slow, stamp);
        }
        if (proven && taken != null && stamp.equals(taken.stamp())) {
            settled = true;
            return false;
        }
        settled = false;
        boolean recent = stamp.isRecentAt(clock.instant());
        try {
            byte[] content = read(stamp);
            return content != null && settle(new Sighting(stamp, digest(content)), content, recent);
        } catch (NoSuchFileException e) {
            seen = null;
            return false;
        } catch (IOException e) {
            return fail(e);
        }
    }

    private boolean settle(Sighting sighting, byte[] content, boolean recent) {
        settled = sighting.equals(seen);
        boolean news = settled && !sighting.equals(taken);
        seen = sighting;
        proven = settled && !recent;
        return news && take(sighting, content);
    }

    /** Reads the file, but no more than is needed to find it too large; null if it is changing. */
    private byte @Nullable [] read(FileStamp stamp) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(path)) {
            content = in.readNBytes(RuleReader.DEFAULT_MAX_BYTES + 1);
        }
        var after = FileStamp.of(Files.readAttributes(path, BasicFileAttributes.class));
        if (stamp.equals(after)) {
            return content;
        }
        seen = null;
        return null;
    }

    /** Reported at once, and tried again by every scan: what is read next is new in any case. */
    private boolean fail(IOException e) {
        seen = null;
        taken = null;
        settled = true;
        List<Problem> before = problems;
        problems = List.of(problem(DirectoryListing.reasonOf(e)));
        return !problems.equals(before);
    }

    /** Puts a content into force, or has it read first if that takes long. */
    private boolean take(Sighting sighting, byte[] content) {
        if (taken != null && taken.digest().equals(sighting.digest())) {
            taken = sighting;
            return true;
        }
        if (slowReads.isSlow(content)) {
            settled = false; // and if there is no room yet, the next scan finds it new again
            underWay = slowReads.begin(path, sighting, () -> parse(content));
            return false;
        }
        taken = sighting;
        apply(parse(content));
        return true;
    }

    /** Whatever was written since is seen by the next scan. */
    private boolean finish(SlowReads.Read<Sighting> slow, FileStamp stamp) {
        underWay = null;
        proven = false;
        ReadResult result = slow.result(); // if it fails, the content is not taken, but read anew
        taken = slow.of();
        settled = stamp.equals(slow.of().stamp());
        apply(result);
        return true;
    }

    private ReadResult parse(byte[] content) {
        try {
            return reader.read(new ByteArrayInputStream(content), path.toString());
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("Reading {} failed by a fault of this program", path, e);
            String message = "cannot be read by a fault of this program: " + e;
            return new ReadResult(path.toString(), List.of(), List.of(problem(message)));
        }
    }

    private void apply(ReadResult result) {
        List<Located> current = new ArrayList<>();
        Set<RuleId> good = new HashSet<>();
        Set<RuleId> bad = new HashSet<>();
        boolean anyMayBeMeant = result.problems().stream().anyMatch(Problem::isError);
        for (RuleDocument document : result.documents()) {
            RuleId id = document.id();
            Rule rule = document.rule();
            if (rule != null) {
                good.add(rule.id());
                current.add(new Located(rule, path, document.number(), document.line()));
            } else if (id != null) {
                bad.add(id);
            } else {
                anyMayBeMeant = true;
            }
        }
        int kept = 0;
        for (Located last : rules) {
            RuleId id = last.rule().id();
            if ((anyMayBeMeant || bad.contains(id)) && good.add(id)) {
                current.add(last);
                kept++;
            }
        }
        rules = List.copyOf(current);
        problems = bounded(result, kept);
    }

    /** Errors come first; what concerns the source as a whole says what becomes of its rules. */
    private List<Problem> bounded(ReadResult result, int kept) {
        List<Problem> all = new ArrayList<>(result.allProblems());
        if (kept > 0 && !result.problems().isEmpty()) {
            all.replaceAll(
                    each ->
                            each.document() > 0
                                    ? each
                                    : problem(
                                            each.message()
                                                    + ". The rules it had stay in force ("
                                                    + kept
                                                    + "): to remove them, delete the file or comment"
                                                    + " its lines out"));
        }
        if (all.size() <= MAX_PROBLEMS) {
            return all;
        }
        all.sort(Comparator.comparing(each -> each.isError() ? 0 : 1));
        List<Problem> first = new ArrayList<>(all.subList(0, MAX_PROBLEMS));
        first.add(
                problem(
                        "has "
                                + (all.size() - MAX_PROBLEMS)
                                + " more problems; 'opensergo validate' shows all of them"));
        return first;
    }

    private Problem problem(String message) {
        return new Problem(Problem.Severity.ERROR, path.toString(), 0, 0, 0, "", message);
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

package io.opensergo.controlplane;

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
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of rules: what it held when it was last good, and whether it has come to rest since.
 *
 * <p>A file counts as at rest when two looks in a row see the same size, time and identity. Clocks
 * of file systems are coarse, so for a while after a change the content is compared as well, lest a
 * second write within one tick of the clock go unseen.
 */
final class RuleFile {

    private static final Duration COARSEST_CLOCK = Duration.ofSeconds(2);
    private static final String KEPT = "; its last good version stays in force";

    private record Fingerprint(long size, long modifiedMillis, @Nullable Object identity) {

        static Fingerprint of(BasicFileAttributes attributes) {
            return new Fingerprint(
                    attributes.size(),
                    attributes.lastModifiedTime().toMillis(),
                    attributes.fileKey());
        }
    }

    private final Path path;
    private final RuleReader reader;
    private Map<RuleId, Rule> rules = Map.of();
    private List<Problem> problems = List.of();
    private @Nullable Fingerprint seen;
    private @Nullable Fingerprint taken;
    private long takenChecksum;
    private Instant compareUntil = Instant.MIN;
    private boolean missed;

    RuleFile(Path path, RuleReader reader) {
        this.path = path;
        this.reader = reader;
    }

    Path path() {
        return path;
    }

    Collection<Rule> rules() {
        return rules.values();
    }

    List<Problem> problems() {
        return problems;
    }

    /** Notes that a look did not see the file, and returns whether that was the second in a row. */
    boolean isGone() {
        boolean gone = missed;
        missed = true;
        return gone;
    }

    /**
     * Takes the file's content if it is new and at rest.
     *
     * @param atOnce whether to take it as it is, since there was no look before
     */
    void look(BasicFileAttributes attributes, Instant now, boolean atOnce) {
        missed = false;
        Fingerprint current = Fingerprint.of(attributes);
        boolean atRest = atOnce || current.equals(seen);
        seen = current;
        boolean changed = !current.equals(taken);
        if (atRest && (changed || now.isBefore(compareUntil))) {
            take(current, changed, now);
        }
    }

    private void take(Fingerprint current, boolean changed, Instant now) {
        byte[] content;
        try {
            content = read(current);
        } catch (IOException e) {
            problems =
                    List.of(problem("cannot be read (" + e + ")" + (rules.isEmpty() ? "" : KEPT)));
            taken = null;
            return;
        }
        if (content == null) {
            return;
        }
        long checksum = checksum(content);
        if (!changed && checksum == takenChecksum) {
            return;
        }
        taken = current;
        takenChecksum = checksum;
        compareUntil = now.plus(COARSEST_CLOCK);
        accept(parse(content));
    }

    /** Reads the file, no further than the reader's limit; {@code null} if it changed meanwhile. */
    private byte @Nullable [] read(Fingerprint expected) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(path)) {
            content = in.readNBytes(RuleReader.DEFAULT_MAX_BYTES + 1);
        }
        Fingerprint after = Fingerprint.of(Files.readAttributes(path, BasicFileAttributes.class));
        return after.equals(expected) ? content : null;
    }

    private static long checksum(byte[] content) {
        var checksum = new CRC32C();
        checksum.update(content);
        return checksum.getValue() ^ ((long) Arrays.hashCode(content) << 32);
    }

    private ReadResult parse(byte[] content) {
        try {
            return reader.read(new ByteArrayInputStream(content), path.toString());
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private void accept(ReadResult result) {
        Map<RuleId, Rule> accepted = new LinkedHashMap<>();
        List<Problem> found = new ArrayList<>(result.problems());
        boolean keepAll = !result.problems().isEmpty();
        for (RuleDocument document : result.documents()) {
            Rule rule = document.rule();
            RuleId id = document.id();
            Rule lastGood = rule != null || id == null ? null : rules.get(id);
            document.problems().stream()
                    .map(problem -> lastGood == null ? problem : kept(problem))
                    .forEach(found::add);
            if (lastGood != null) {
                accepted.putIfAbsent(lastGood.id(), lastGood);
            } else if (rule == null) {
                keepAll |= id == null;
            } else if (accepted.putIfAbsent(rule.id(), rule) != null) {
                found.add(
                        problem(
                                "holds "
                                        + rule.id()
                                        + " twice; the first counts, not document "
                                        + document.number()));
            }
        }
        if (keepAll && !rules.isEmpty()) {
            rules.forEach(accepted::putIfAbsent);
            found.replaceAll(problem -> problem.path().isEmpty() ? kept(problem) : problem);
        }
        rules = accepted;
        problems = List.copyOf(found);
    }

    private static Problem kept(Problem problem) {
        return problem.message().endsWith(KEPT)
                ? problem
                : new Problem(
                        problem.severity(),
                        problem.source(),
                        problem.document(),
                        problem.line(),
                        problem.column(),
                        problem.path(),
                        problem.message() + KEPT);
    }

    private Problem problem(String message) {
        return new Problem(Problem.Severity.ERROR, path.toString(), 0, 0, 0, "", message);
    }
}

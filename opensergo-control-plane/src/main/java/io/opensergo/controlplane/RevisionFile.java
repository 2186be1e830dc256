package io.opensergo.controlplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The highest revision that was ever served, in a file of a state directory, so that a process that
 * starts anew serves none below it.
 *
 * <p>Written before a revision is served, in place of the file as a whole. It outlives the process;
 * when the machine loses power, what the file system had not yet written is lost.
 *
 * <p>Saved under the lock of the {@link RuleStore}.
 */
final class RevisionFile {

    private static final Logger LOG = LoggerFactory.getLogger(RevisionFile.class);

    /** A process may count this far beyond its source, without anything being restored. */
    private static final Duration COUNTED_BEYOND = Duration.ofSeconds(1);

    private final Path file;
    private long last;
    private boolean failing;

    private RevisionFile(Path file, long last) {
        this.file = file;
        this.last = last;
    }

    /**
     * Opens the file in a state directory, which is created if it is not there.
     *
     * @throws UncheckedIOException if the directory or the file cannot be used; the message names
     *     it and the fix
     */
    static RevisionFile in(Path stateDirectory) {
        Path file = stateDirectory.resolve("revision");
        try {
            Files.createDirectories(stateDirectory);
            var revisions = new RevisionFile(file, Files.exists(file) ? read(file) : 0);
            revisions.write(revisions.last);
            return revisions;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the state directory "
                            + stateDirectory
                            + " cannot be used: "
                            + e
                            + ". It must be a directory that this process may write to",
                    e);
        }
    }

    private static long read(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8).strip();
        try {
            return Math.max(0, Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new IOException(
                    file
                            + " holds no revision; delete it if clients may get lower versions than"
                            + " before",
                    e);
        }
    }

    /** Takes note that a revision is about to be served; one that cannot be kept is served too. */
    void save(long revision) {
        if (revision <= last) {
            return;
        }
        last = revision;
        try {
            write(revision);
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.error(
                        "Cannot keep the revision {} in {}; after a restart on restored rules"
                                + " versions may fall",
                        revision,
                        file,
                        e);
            }
            failing = true;
        }
    }

    private void write(long revision) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, revision + "\n", StandardCharsets.UTF_8);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Lifts a store above what was served, once its sources have said where they are. */
    void resume(RuleStore store) {
        long served = last;
        long found = store.liftAbove(served);
        if (served - found > COUNTED_BEYOND.toNanos() / 1_000) {
            LOG.warn(
                    "The rules are of {}, but versions of {} were served: they seem to be restored"
                            + " from a backup, or a clock was set back. Versions go on from there",
                    moment(found),
                    moment(served));
        }
    }

    private static Instant moment(long revision) {
        return Instant.EPOCH.plus(revision, ChronoUnit.MICROS);
    }
}

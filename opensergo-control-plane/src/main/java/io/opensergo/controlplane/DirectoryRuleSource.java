package io.opensergo.controlplane;

import io.opensergo.rulefiles.RuleDirectory;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules in the files of a directory, served as they change: what a {@link RuleDirectory}
 * reports. Every document must be a rule that is bound to an application.
 *
 * <p><b>Several replicas.</b> The revision of a state is the latest modification time of its rule
 * files and directories. So control planes that read one directory, or copies of it that keep the
 * times, hand out comparable versions, and clients may move between them. A state that is put back
 * with old times, such as a file restored in place from a backup, has an old revision: touch one of
 * the files then.
 *
 * <p>Files are read by the starting thread first and then on one thread of its own, which ends with
 * {@link #close}; those that take long on up to two more. For any number of threads.
 */
public final class DirectoryRuleSource implements RuleSource {

    private final RuleDirectory directory;
    private final Object lock = new Object();
    private RuleDirectory.@Nullable Following following; // guarded by lock

    private DirectoryRuleSource(RuleDirectory directory) {
        this.directory = directory;
    }

    /**
     * Returns a source of the rules in a directory, which must exist when the source starts.
     *
     * @param directory problems name its files as paths that begin with it as given here
     */
    public static DirectoryRuleSource of(Path directory) {
        return new DirectoryRuleSource(RuleDirectory.of(directory));
    }

    /**
     * Returns a source of the same directory that looks at another interval.
     *
     * @param interval from the end of one scan to the next; positive, 200 ms unless set
     * @throws IllegalArgumentException if the interval is not positive
     */
    public DirectoryRuleSource withPollInterval(Duration interval) {
        return new DirectoryRuleSource(directory.withPollInterval(interval));
    }

    /** Returns for example {@code directory /etc/opensergo}. */
    @Override
    public String name() {
        return directory.toString();
    }

    /**
     * Reads the directory and begins to poll it. Waits for one interval if a file was written so
     * lately that it may not be complete yet, and for some more while one goes on changing.
     *
     * @throws UncheckedIOException if the directory does not exist, is none or may not be read
     * @throws IllegalStateException if the source has been started
     */
    @Override
    public void start(Listener listener) {
        synchronized (lock) {
            if (following != null) {
                throw new IllegalStateException(
                        name() + " already serves a control plane; give each one its own source");
            }
            following = directory.withReader(listener.reader()).follow(new Reports(listener));
        }
    }

    /** Stops polling, after the scan that may be under way. */
    @Override
    public void close() {
        synchronized (lock) {
            if (following != null) {
                following.close();
                following = null;
            }
        }
    }

    /** Hands on what a directory reports. */
    private record Reports(Listener listener) implements RuleDirectory.Listener {

        @Override
        public void changed(
                Collection<? extends Rule> puts,
                Collection<RuleId> deletes,
                long revision,
                Map<RuleId, String> places) {
            listener.changed(puts, deletes, revision, places);
        }

        @Override
        public void problems(List<Problem> problems) {
            listener.problems(problems);
        }
    }
}

package io.opensergo.rulerepository;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rule files of a directory as a repository: the same files that a {@link
 * io.opensergo.rulefiles.RuleDirectory} reads.
 *
 * <p><b>Edits</b> replace the text of one document. Comments, order, line ends, a byte order mark,
 * the other documents of the file, its permissions and links to it stay as they are. Each new
 * content is read before it is written: where another document would be read differently, the edit
 * is refused. A new rule goes to the end of the YAML file that holds most rules of its application;
 * if there is none, to a file {@code APP.yaml}, {@code NAMESPACE.APP.yaml} in another namespace
 * than {@code default}, {@code NAMESPACE.yaml} without an application. A file whose last rule is
 * deleted is deleted if not even a comment is left in it.
 *
 * <p><b>Atomic and durable.</b> New contents are written and synced beside the files, under hidden
 * names that nobody reads, and take their places by renames. A batch of several files is noted
 * before, and completed after a crash by whoever opens or changes the directory next. A follower
 * that scans between two of the renames may take the first file for a moment before the second.
 *
 * <p><b>Others.</b> Processes that use this class exclude each other by a lock. A file that is
 * edited in another way is compared just before it is replaced; a write that comes in between, a
 * matter of microseconds, is not noticed. Rules that stand twice, items of a list and documents
 * behind a directive can be read only.
 *
 * <p><b>History</b> is kept in the hidden directory {@code .opensergo}: the last 1,000 changes made
 * through this class, 32 MiB at most. Edits by hand are not in it.
 */
public final class DirectoryRuleRepository implements RuleRepository {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryRuleRepository.class);
    private static final String STATE = ".opensergo";
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_ATTEMPTS = 5;
    private static final int ID_LENGTH = 12;

    private final Path directory;
    private final RuleReader reader;
    private final InstantSource clock;
    private final FileOperations files;
    private final DirectoryHistory history;
    private final DirectoryContents contents;
    private final PendingBatch pending;

    DirectoryRuleRepository(
            Path directory,
            RuleReader reader,
            InstantSource clock,
            FileOperations files,
            @Nullable DirectoryHistory history) {
        this.directory = Objects.requireNonNull(directory, "directory");
        this.reader = Objects.requireNonNull(reader, "reader");
        this.clock = clock;
        this.files = files;
        this.history =
                history == null ? new JsonLinesHistory(directory.resolve(STATE), files) : history;
        this.contents = new DirectoryContents(directory, reader.withForeignTextHidden(), clock);
        this.pending = new PendingBatch(files, this.history.stateDirectory());
    }

    /**
     * Opens a directory of rules of the specification's kinds, with a history of its own.
     *
     * @throws UncheckedIOException if a change that a crash has interrupted cannot be completed
     */
    public static DirectoryRuleRepository open(Path directory) {
        return open(directory, RuleReader.strict());
    }

    /**
     * Opens a directory with a history of its own.
     *
     * @param reader decides what is a rule
     * @throws UncheckedIOException if a change that a crash has interrupted cannot be completed
     */
    public static DirectoryRuleRepository open(Path directory, RuleReader reader) {
        return opened(directory, reader, null);
    }

    /**
     * Opens a directory whose history is kept elsewhere.
     *
     * @param reader decides what is a rule
     * @param history keeps the changes
     * @throws UncheckedIOException if a change that a crash has interrupted cannot be completed
     */
    public static DirectoryRuleRepository open(
            Path directory, RuleReader reader, DirectoryHistory history) {
        return opened(directory, reader, Objects.requireNonNull(history, "history"));
    }

    private static DirectoryRuleRepository opened(
            Path directory, RuleReader reader, @Nullable DirectoryHistory history) {
        var repository =
                new DirectoryRuleRepository(
                        directory, reader, InstantSource.system(), new FileOperations(), history);
        repository.recoverIfWritable();
        return repository;
    }

    /**
     * Returns the text of each document of a rule file that says which rule it is, as {@link
     * StoredRule#text} has it. For those who keep a history of files.
     *
     * @param name its name, whose extension tells JSON from YAML
     */
    public static Map<RuleId, String> documentsOf(String name, byte[] content, RuleReader reader) {
        var file = FileContent.of(name, content, reader.withForeignTextHidden());
        Map<RuleId, String> documents = new LinkedHashMap<>();
        for (FileContent.Entry entry : file.entries()) {
            documents.putIfAbsent(entry.id(), entry.text());
        }
        return documents;
    }

    void recoverIfWritable() {
        try {
            if (readOnlyReason() == null && pending.exists()) {
                locked(
                        () -> {
                            pending.recover(history);
                            return true;
                        });
            }
        } catch (IOException e) {
            throw failed("a change that was interrupted cannot be completed", e);
        }
    }

    @Override
    public String name() {
        return "directory " + directory;
    }

    @Override
    public @Nullable String readOnlyReason() {
        if (!Files.exists(directory)) {
            return name() + " does not exist: create it or name another";
        }
        if (!Files.isDirectory(directory)) {
            return directory + " is no directory: name the directory that holds the rule files";
        }
        if (!Files.isWritable(directory)) {
            return name() + " may not be written: give this process the right, if it is to";
        }
        if (!DirectoryLock.canBeIn(history.stateDirectory())) {
            return history.stateDirectory()
                    + ", where changes are kept, may not be written: give this process the right";
        }
        return history.readOnlyReason();
    }

    @Override
    public List<StoredRule> rules() {
        return contents.read().rules();
    }

    @Override
    public List<Problem> problems() {
        return contents.read().problems();
    }

    @Override
    public Optional<StoredRule> find(RuleId id) {
        return Optional.ofNullable(contents.read().find(id));
    }

    @Override
    public RuleChange commit(RuleEdit edit) {
        requireWritable();
        try {
            return locked(() -> commitLocked(edit));
        } catch (IOException e) {
            throw failed("not committed", e);
        }
    }

    private RuleChange commitLocked(RuleEdit edit) throws IOException {
        pending.recover(history);
        requireWritable();
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            RuleChange change = tryCommit(edit);
            if (change != null) {
                return change;
            }
        }
        throw new IOException("its files go on changing; try again when they are settled");
    }

    private void requireWritable() {
        String reason = readOnlyReason();
        if (reason != null) {
            throw new ReadOnlyRepositoryException(reason);
        }
    }

    private <T> T locked(DirectoryLock.Work<T> work) throws IOException {
        Files.createDirectories(history.stateDirectory());
        return DirectoryLock.hold(history.stateDirectory(), LOCK_TIMEOUT, work);
    }

    /** Commits on what is there now; {@code null} if somebody has written a file meanwhile. */
    private @Nullable RuleChange tryCommit(RuleEdit edit) throws IOException {
        DirectoryState state = contents.read();
        CheckedEdit checked = CheckedEdit.of(edit, reader, state::find);
        Instant now = clock.instant();
        if (checked.steps().isEmpty()) {
            return checked.change("", now);
        }
        List<FileChange> changes = FileEdits.of(checked, contents, directory, reader, state);
        String id = UUID.randomUUID().toString().replace("-", "").substring(0, ID_LENGTH);
        var batch = new FileBatch(files, changes);
        try {
            batch.prepare();
            RuleChange change = checked.change(id, now);
            pending.write(change, changes);
            if (!batch.isCurrent()) {
                pending.delete();
                return null;
            }
            batch.apply();
            return recorded(change, changes);
        } catch (IOException | RuntimeException | Error e) {
            takeBack(batch, e);
            throw e;
        } finally {
            tidy(batch::discard);
        }
    }

    /** What is recorded is committed: what cannot be removed any more does not matter. */
    private RuleChange recorded(RuleChange change, List<FileChange> changes) throws IOException {
        RuleChange kept = history.record(change, changes.stream().map(FileChange::file).toList());
        tidy(pending::delete);
        return kept;
    }

    private interface Removal {
        void run() throws IOException;
    }

    private void tidy(Removal removal) {
        try {
            removal.run();
        } catch (IOException e) {
            LOG.warn("{}: a temporary file stays until the next change: {}", name(), e.toString());
        }
    }

    private void takeBack(FileBatch batch, Throwable cause) throws IOException {
        try {
            batch.rollBack();
            pending.delete();
        } catch (IOException e) {
            var neither =
                    new IOException(
                            cause.getMessage()
                                    + "; what was written could not be taken back ("
                                    + e.getMessage()
                                    + "), and is completed by who opens or changes it next",
                            cause);
            neither.addSuppressed(e);
            throw neither;
        }
    }

    @Override
    public List<RuleChange> history(HistoryQuery query) {
        try {
            return history.read(query);
        } catch (IOException e) {
            throw failed("its history cannot be read", e);
        }
    }

    private UncheckedIOException failed(String what, IOException e) {
        String why =
                e instanceof AccessDeniedException denied
                        ? "access denied to " + denied.getFile()
                        : e.getMessage();
        return new UncheckedIOException(name() + ": " + what + ": " + why, e);
    }

    /** Does nothing: a directory holds nothing between two calls. */
    @Override
    public void close() {
        // see above
    }
}

package io.opensergo.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.opensergo.etcd.internal.api.DeleteRangeRequest;
import io.opensergo.etcd.internal.api.KeyValue;
import io.opensergo.etcd.internal.api.RequestOp;
import io.opensergo.etcd.internal.api.TxnRequest;
import io.opensergo.rulerepository.CheckedEdit;
import io.opensergo.rulerepository.HistoryQuery;
import io.opensergo.rulerepository.RuleChange;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rules in etcd, which any number of processes may change: a commit is one transaction, which
 * stores all of a batch with its entry in the history, or nothing. Whatever else writes keys, such
 * as {@code etcdctl}, is noticed as another editor's change, but is not in the history.
 *
 * <p>The history keeps the last 10,000 changes. A batch is limited by etcd's {@code --max-txn-ops}
 * (128 unless set, of which three are the history's) and {@code --max-request-bytes} (1.5 MiB; a
 * change counts its documents before and after).
 *
 * <p>An etcd that does not answer is an {@link UncheckedIOException} after the request timeout at
 * each member. Of a commit that fails so it is not known whether it was stored; to commit the same
 * again is safe. For any number of threads.
 */
public final class EtcdRuleRepository implements RuleRepository {

    static final int MAX_CHANGES = 10_000;

    private static final int MAX_ATTEMPTS = 1_000;

    private static final Comparator<StoredRule> ORDER =
            Comparator.comparing(
                    StoredRule::id,
                    Comparator.comparing(RuleId::kind)
                            .thenComparing(RuleId::namespace)
                            .thenComparing(RuleId::name));

    private final EtcdSettings settings;
    private final EtcdClient client;
    private final EtcdKeys keys;
    private final EtcdDocuments documents;
    private final RuleReader reader;
    private final InstantSource clock;

    private EtcdRuleRepository(EtcdSettings settings, RuleReader reader, InstantSource clock) {
        this.settings = settings;
        this.reader = reader;
        this.clock = clock;
        keys = new EtcdKeys(settings.prefix());
        documents = new EtcdDocuments(keys, reader);
        client = new EtcdClient(settings);
    }

    /**
     * Opens a repository. Nothing is sent before the first call.
     *
     * @param reader decides what is a rule
     * @throws UncheckedIOException if a file of the TLS settings cannot be read
     */
    public static EtcdRuleRepository open(EtcdSettings settings, RuleReader reader) {
        Objects.requireNonNull(settings, "settings");
        Objects.requireNonNull(reader, "reader");
        return new EtcdRuleRepository(settings, reader, InstantSource.system());
    }

    /** Returns for example {@code etcd localhost:2379/opensergo}. */
    @Override
    public String name() {
        return settings.toString();
    }

    @Override
    public @Nullable String readOnlyReason() {
        try {
            client.get(keys.head);
            return null;
        } catch (UncheckedIOException e) {
            return e.getMessage();
        }
    }

    @Override
    public List<StoredRule> rules() {
        return content().rules().stream().sorted(ORDER).toList();
    }

    @Override
    public List<Problem> problems() {
        return content().problems();
    }

    private EtcdDocuments.Content content() {
        return documents.read(client.list(keys.rules()).entries());
    }

    @Override
    public Optional<StoredRule> find(RuleId id) {
        return Optional.ofNullable(client.get(keys.rule(id)))
                .map(entry -> documents.read(id, entry));
    }

    @Override
    public RuleChange commit(RuleEdit edit) {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            RuleChange change = tryToCommit(edit);
            if (change != null) {
                return change;
            } // else another commit came between: whether this one is still possible shows anew
        }
        String message =
                settings + ": other commits came between, " + MAX_ATTEMPTS + " times: try again";
        throw new UncheckedIOException(message, new IOException(message));
    }

    private @Nullable RuleChange tryToCommit(RuleEdit edit) {
        KeyValue head = client.get(keys.head);
        Map<RuleId, KeyValue> seen = new HashMap<>();
        CheckedEdit checked = CheckedEdit.of(edit, reader, id -> stored(id, seen));
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        if (checked.steps().isEmpty()) {
            return checked.change("", now);
        }
        long number = numberOf(head) + 1;
        RuleChange change = checked.change(Long.toString(number), now);
        ByteString record = ByteString.copyFrom(change.toJson());
        TxnRequest.Builder transaction =
                TxnRequest.newBuilder()
                        .addCompare(EtcdRevision.unchanged(keys.head, modRevision(head)))
                        .addSuccess(
                                EtcdRevision.put(keys.head, EtcdKeys.bytes(Long.toString(number))))
                        .addSuccess(EtcdRevision.put(keys.change(number), record));
        if (number > MAX_CHANGES) {
            transaction.addSuccess(delete(keys.change(number - MAX_CHANGES)));
        }
        for (CheckedEdit.Step step : checked.steps()) {
            ByteString key = keys.rule(step.id());
            transaction.addCompare(EtcdRevision.unchanged(key, modRevision(seen.get(step.id()))));
            transaction.addSuccess(
                    step.rule() == null
                            ? delete(key)
                            : EtcdRevision.put(key, EtcdKeys.bytes(step.text())));
        }
        boolean stored = client.txn(transaction.build()).getSucceeded();
        // One that was sent twice has stored it the first time.
        return stored || isRecorded(number, record) ? change : null;
    }

    private @Nullable StoredRule stored(RuleId id, Map<RuleId, KeyValue> seen) {
        KeyValue entry = client.get(keys.rule(id));
        if (entry == null) {
            return null;
        }
        seen.put(id, entry);
        return documents.read(id, entry);
    }

    private boolean isRecorded(long number, ByteString record) {
        KeyValue there = client.get(keys.change(number));
        return there != null && there.getValue().equals(record);
    }

    private long numberOf(@Nullable KeyValue head) {
        String text = head == null ? "0" : head.getValue().toString(UTF_8);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            String message =
                    keys.head.toString(UTF_8)
                            + " must be the number of the latest change, was '"
                            + text
                            + "': put the last part of the last key of the history there";
            throw new UncheckedIOException(message, new IOException(message, e));
        }
    }

    private static long modRevision(@Nullable KeyValue entry) {
        return entry == null ? 0 : entry.getModRevision();
    }

    private static RequestOp delete(ByteString key) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key))
                .build();
    }

    @Override
    public List<RuleChange> history(HistoryQuery query) {
        ByteString end = EtcdKeys.endOf(keys.history());
        String before = query.before();
        if (before != null) {
            ByteString oldest = keys.change(before);
            if (oldest == null || client.get(oldest) == null) {
                return List.of();
            }
            end = oldest;
        }
        ByteString newest = end;
        return new HistoryQuery(query.rule(), null, query.limit())
                .select(() -> new EtcdHistory(client, keys.history(), newest));
    }

    @Override
    public void close() {
        client.close();
    }
}

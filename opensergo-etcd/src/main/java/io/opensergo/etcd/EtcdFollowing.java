package io.opensergo.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.opensergo.controlplane.RuleSource;
import io.opensergo.etcd.internal.api.Event;
import io.opensergo.etcd.internal.api.KeyValue;
import io.opensergo.etcd.internal.api.WatchCreateRequest;
import io.opensergo.etcd.internal.api.WatchRequest;
import io.opensergo.etcd.internal.api.WatchResponse;
import io.opensergo.rulerepository.StoredRule;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the rules: lists them once, then watches from the next revision on. A watch that ends is
 * begun again from where it was; if etcd has compacted that, the rules are listed again and
 * compared with those in force.
 *
 * <p>Everything but the beginning and the end is confined to one thread.
 */
final class EtcdFollowing {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdRuleSource.class);
    private static final long MIN_DELAY_MILLIS = 100;
    private static final long MAX_DELAY_MILLIS = 5_000;

    private final EtcdSettings settings;
    private final RuleSource.Listener listener;
    private final EtcdKeys keys;
    private final EtcdDocuments documents;
    private final EtcdClient client;
    private final ScheduledExecutorService thread;

    /** The places of the rules in force. */
    private final Map<RuleId, String> inForce = new HashMap<>();

    /** What is wrong, by key. */
    private final Map<String, List<Problem>> problems = new TreeMap<>();

    private @Nullable EtcdRevision revision;
    private @Nullable Problem outage;
    private long nextRevision;
    private long reported;
    private int failures;
    private @Nullable Events watch;

    private EtcdFollowing(EtcdSettings settings, RuleSource.Listener listener) {
        this.settings = settings;
        this.listener = listener;
        keys = new EtcdKeys(settings.prefix());
        documents = new EtcdDocuments(keys, listener.reader());
        client = new EtcdClient(settings);
        var executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            var created = new Thread(task, "opensergo-etcd");
                            created.setDaemon(true);
                            return created;
                        });
        executor.setRemoveOnCancelPolicy(true);
        thread = executor;
    }

    static EtcdFollowing begin(EtcdSettings settings, RuleSource.Listener listener) {
        var following = new EtcdFollowing(settings, listener);
        try {
            following.list(EtcdRevision.read(following.client, following.keys));
        } catch (RuntimeException | Error e) {
            following.close();
            throw e;
        }
        following.thread.execute(following.guarded(following::watch));
        return following;
    }

    void close() {
        thread.shutdownNow();
        client.close();
    }

    /** Lists the rules, and reports what differs from those in force. */
    private void list(EtcdRevision since) {
        EtcdClient.Listing listing = client.list(keys.rules());
        KeyValue head = client.get(keys.head);
        revision = since;
        problems.clear();
        Map<RuleId, Rule> puts = new HashMap<>();
        Set<RuleId> deletes = new HashSet<>(inForce.keySet());
        long latest =
                head == null || head.getModRevision() > listing.revision()
                        ? 0
                        : head.getModRevision();
        for (KeyValue entry : listing.entries()) {
            take(entry, puts, deletes);
            latest = Math.max(latest, entry.getModRevision());
        }
        nextRevision = listing.revision() + 1;
        report(puts, deletes, latest);
    }

    /** Takes a document in; one that is faulty leaves the rule in force that it was meant to be. */
    private void take(KeyValue entry, Map<RuleId, Rule> puts, Set<RuleId> deletes) {
        String key = entry.getKey().toString(UTF_8);
        RuleId id = documents.idOf(entry);
        problems.remove(key);
        if (id == null) {
            problems.put(key, List.of(documents.noRule(entry)));
            return;
        }
        StoredRule read = documents.read(id, entry);
        if (!read.problems().isEmpty()) {
            problems.put(key, read.problems());
        }
        deletes.remove(id);
        if (read.rule() != null) {
            puts.put(id, read.rule());
            inForce.put(id, read.place());
        }
    }

    private void report(Map<RuleId, Rule> puts, Set<RuleId> deletes, long etcdRevision) {
        Map<RuleId, String> places = new HashMap<>();
        puts.keySet().forEach(id -> places.put(id, placeOf(id)));
        deletes.forEach(id -> places.put(id, placeOf(id)));
        reported = Math.max(reported, etcdRevision);
        long state = revision == null ? reported : revision.of(reported);
        listener.changed(puts.values(), deletes, state, places);
        inForce.keySet().removeAll(deletes); // after it was taken: else it is offered again
        reportProblems();
    }

    private String placeOf(RuleId id) {
        return inForce.getOrDefault(id, settings.toString());
    }

    private void reportProblems() {
        List<Problem> all = new ArrayList<>();
        if (outage != null) {
            all.add(outage);
        }
        problems.values().forEach(all::addAll);
        listener.problems(all);
    }

    private void watch() {
        var begun = new Events();
        watch = begun;
        try {
            client.watch(
                    begun,
                    WatchCreateRequest.newBuilder()
                            .setKey(keys.rules())
                            .setRangeEnd(EtcdKeys.endOf(keys.rules()))
                            .setStartRevision(nextRevision)
                            .build());
        } catch (UncheckedIOException e) {
            again(String.valueOf(e.getMessage()), this::watch);
        }
    }

    private void endWatch() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }

    private void onResponse(WatchResponse response) {
        if (response.getCanceled()) {
            if (response.getCompactRevision() > 0) {
                LOG.info(
                        "{} has compacted changes up to {}: all rules are read again",
                        settings,
                        response.getCompactRevision());
                relist();
            } else {
                failed(response.getCancelReason());
            }
            return;
        }
        if (response.getHeader().getRevision() < nextRevision - 1) {
            LOG.warn(
                    "{} is at an earlier revision than before: all rules are read again", settings);
            relist();
            return;
        }
        if (outage != null) {
            LOG.info("{} answers again", settings);
            outage = null;
            reportProblems();
        }
        apply(response.getEventsList());
        nextRevision = Math.max(nextRevision, response.getHeader().getRevision() + 1);
    }

    private void apply(List<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        Map<RuleId, Rule> puts = new HashMap<>();
        Set<RuleId> deletes = new HashSet<>();
        long latest = 0;
        for (Event event : events) {
            latest = Math.max(latest, event.getKv().getModRevision());
            if (event.getType() == Event.EventType.DELETE) {
                problems.remove(event.getKv().getKey().toString(UTF_8));
                RuleId id = documents.idOf(event.getKv());
                if (id != null && inForce.containsKey(id)) {
                    puts.remove(id);
                    deletes.add(id);
                }
            } else {
                take(event.getKv(), puts, deletes);
            }
        }
        report(puts, deletes, latest);
    }

    private void relist() {
        endWatch();
        try {
            list(EtcdRevision.read(client, keys));
        } catch (UncheckedIOException e) {
            again(String.valueOf(e.getMessage()), this::relist);
            return;
        }
        watch();
    }

    private void failed(String reason) {
        if (watch != null && watch.hasLasted()) {
            failures = 0;
        }
        client.leaveMember();
        again("does not answer (" + reason + ")", this::watch);
    }

    private void again(String reason, Runnable attempt) {
        endWatch();
        if (thread.isShutdown()) {
            return;
        }
        long most = Math.min(MAX_DELAY_MILLIS, MIN_DELAY_MILLIS << Math.min(failures++, 10));
        long delay = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
        ScheduledFuture<?> unused = thread.schedule(guarded(attempt), delay, TimeUnit.MILLISECONDS);
        if (outage == null) {
            outage =
                    new Problem(
                            Problem.Severity.WARNING,
                            settings.toString(),
                            0,
                            0,
                            0,
                            "",
                            reason + "; the rules in force stay, and it is tried again");
            reportProblems(); // last: a listener that fails ends nothing
        }
    }

    /** A fault of this code or of a listener does not end following. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("Following {} failed; all rules are read again", settings, e);
                again(e.toString(), this::relist);
            }
        };
    }

    /** Hands what a watch tells to the thread, as long as it is the one that counts. */
    private final class Events implements ClientResponseObserver<WatchRequest, WatchResponse> {

        private final long begun = System.nanoTime();
        private @Nullable ClientCallStreamObserver<WatchRequest> call; // before anything is told
        private boolean over; // confined to the thread

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
            call = requests;
            requests.disableAutoRequestWithInitial(1);
        }

        void cancel() {
            over = true;
            if (call != null) {
                call.cancel("is not needed any more", null);
            }
        }

        /** One response at a time, so that a server cannot fill the memory. */
        private void askForMore() {
            if (call != null && !over) {
                call.request(1);
            }
        }

        boolean hasLasted() {
            return System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(MAX_DELAY_MILLIS);
        }

        @Override
        public void onNext(WatchResponse response) {
            run(
                    () -> {
                        onResponse(response);
                        askForMore();
                    });
        }

        @Override
        public void onError(Throwable error) {
            run(() -> failed(error.toString()));
        }

        @Override
        public void onCompleted() {
            run(() -> failed("it ended the watch"));
        }

        private void run(Runnable task) {
            try {
                thread.execute(
                        guarded(
                                () -> {
                                    if (!over) {
                                        task.run();
                                    }
                                }));
            } catch (RejectedExecutionException e) {
                LOG.debug("{} is not followed any more", settings, e);
            }
        }
    }
}

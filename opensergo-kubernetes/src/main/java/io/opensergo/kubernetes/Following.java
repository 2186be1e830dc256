package io.opensergo.kubernetes;

import io.opensergo.controlplane.RuleSource;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source from its start to its end: a {@link KindWatch} for each kind that is installed, in each
 * namespace that is followed, and what is reported of them. Confined to the loop.
 */
final class Following implements KindWatch.Owner {

    private static final Logger LOG = LoggerFactory.getLogger(Following.class);
    private static final String OLDEST_NAMESPACE = "/api/v1/namespaces/kube-system";

    private final String name;
    private final Scope scope;
    private final Timing timing;
    private final RuleSource.Listener listener;
    private final ScheduledExecutorService loop;
    private final ApiServer server;
    private final ObjectTable table;
    private final InstalledKinds installed;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Map<RuleKind<?>, List<KindWatch>> watches = new LinkedHashMap<>();
    private final Map<RuleKind<?>, Long> goneSince = new LinkedHashMap<>();
    private final Backoff reporting;
    private final @Nullable StatusWriter statuses;

    private @Nullable ClusterRevision revision;
    private InstalledKinds.@Nullable Look look;
    private @Nullable ScheduledFuture<?> patience;
    private @Nullable ScheduledFuture<?> flush;
    private @Nullable ApiException epochFailure;
    private List<Problem> reported = List.of();
    private boolean closed;

    Following(
            String name,
            Scope scope,
            Timing timing,
            RuleSource.Listener listener,
            ScheduledExecutorService loop,
            ApiServer server) {
        this.name = name;
        this.scope = scope;
        this.timing = timing;
        this.listener = listener;
        this.loop = loop;
        this.server = server;
        this.table = new ObjectTable(listener.reader());
        this.installed = new InstalledKinds(server, listener.kinds().all());
        this.statuses =
                scope.writesStatus()
                        ? new StatusWriter(
                                table, server, loop, timing, this::resourceOf, this::changed)
                        : null;
        this.reporting = new Backoff(timing.firstRetry(), timing.lastRetry());
    }

    /**
     * Begins.
     *
     * @return completes when the rules there are have been reported; fails with an {@link
     *     ApiException} if there is nothing to follow
     */
    CompletableFuture<Void> begin() {
        loop.execute(
                () -> {
                    progress();
                    readEpoch();
                    lookForKinds();
                });
        return ready;
    }

    private void readEpoch() {
        Instant epoch = scope.epoch();
        if (epoch != null) {
            revision = ClusterRevision.since(epoch);
            return;
        }
        server.get(
                OLDEST_NAMESPACE,
                (namespace, reason) -> {
                    if (namespace != null) {
                        String created =
                                namespace.path("metadata").path("creationTimestamp").asText();
                        epochFailure = null;
                        takeEpoch(created);
                    } else if (reason != null) {
                        epochFailure = reason;
                        failedAtStart(reason);
                        again(this::readEpoch);
                    }
                });
    }

    private void takeEpoch(String created) {
        try {
            revision = ClusterRevision.since(Instant.parse(created));
            settle();
        } catch (DateTimeParseException e) {
            fail(
                    "the namespace kube-system has no time of creation, was '"
                            + created
                            + "'; set an epoch, from which versions are counted",
                    e);
        }
    }

    /** Looks for kinds, again after a while as long as one is missing. */
    private void lookForKinds() {
        installed.look(
                found -> {
                    if (closed) {
                        return;
                    }
                    look = found;
                    found.resources().forEach(this::follow);
                    listener.kinds().all().forEach(kind -> checkGone(kind, found));
                    ApiException failure = found.failure();
                    if (failure == null) {
                        settle();
                    } else {
                        failedAtStart(failure);
                    }
                    changed();
                    again(this::lookForKinds);
                });
    }

    private void again(Runnable task) {
        if (!closed) {
            Duration pause = ready.isDone() ? timing.discovery() : timing.firstRetry();
            var unused = loop.schedule(task, pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void follow(RuleKind<?> kind, KindResource resource) {
        if (watches.containsKey(kind)) {
            return;
        }
        List<KindWatch> started = new ArrayList<>();
        for (String namespace : scope.namespacesOrAll()) {
            started.add(
                    new KindWatch(
                            resource,
                            namespace.isEmpty() ? null : namespace,
                            scope.selector(),
                            server,
                            table,
                            loop,
                            timing,
                            this));
        }
        watches.put(kind, started);
        if (ready.isDone()) {
            LOG.info("{} is installed now: its rules are followed", kind.name());
        }
        started.forEach(KindWatch::start);
    }

    /** A kind that stays away takes its rules along; not at once, as servers that start say 404. */
    private void checkGone(RuleKind<?> kind, InstalledKinds.Look found) {
        List<KindWatch> followed = watches.get(kind);
        boolean gone =
                followed != null
                        && found.failure() == null
                        && !found.resources().containsKey(kind)
                        && followed.stream().allMatch(Following::isGone);
        if (!gone || followed == null) {
            goneSince.remove(kind);
            return;
        }
        long since = goneSince.computeIfAbsent(kind, first -> System.nanoTime());
        if (System.nanoTime() - since >= timing.kindGone().toNanos() || !table.holds(kind)) {
            LOG.warn("{} is not installed any more: its rules are gone", kind.name());
            followed.forEach(KindWatch::close);
            watches.remove(kind);
            goneSince.remove(kind);
            table.retain(kind, null, Set.of());
        }
    }

    private static boolean isGone(KindWatch watch) {
        ApiException failure = watch.failure();
        return failure != null && failure.is(ApiException.NOT_FOUND);
    }

    @Override
    public void progress() {
        if (ready.isDone()) {
            return;
        }
        if (patience != null) {
            patience.cancel(false);
        }
        patience =
                loop.schedule(
                        () -> fail("cannot be followed: " + whatIsMissing(), null),
                        scope.startTimeout().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    private String whatIsMissing() {
        return Stream.concat(
                        Stream.ofNullable(epochFailure).map(ApiException::text),
                        Stream.concat(
                                Stream.ofNullable(look)
                                        .flatMap(each -> Stream.ofNullable(each.failure()))
                                        .map(ApiException::text),
                                all().filter(watch -> watch.failure() != null)
                                        .map(KindWatch::describeFailure)))
                .findFirst()
                .orElse("no answer within " + scope.startTimeout().toSeconds() + " s");
    }

    @Override
    public void changed() {
        settle();
        if (ready.isDone() && flush == null && !closed) {
            flush = loop.schedule(this::report, timing.batch().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Ends the start, once it is clear of each kind what becomes of it. */
    private void settle() {
        InstalledKinds.Look found = look;
        if (ready.isDone() || closed || revision == null || found == null) {
            return;
        }
        if (found.failure() == null && all().allMatch(KindWatch::isSettled)) {
            List<KindWatch> refused = all().filter(watch -> !watch.isSynced()).toList();
            if (!refused.isEmpty() && refused.size() == all().count()) {
                fail(refused.get(0).describeFailure(), refused.get(0).failure());
                return;
            }
            report();
            LOG.info(
                    "Following {} of {} kinds of {}",
                    watches.size(),
                    listener.kinds().all().size(),
                    server.url());
            ready.complete(null);
        } else {
            all().flatMap(watch -> Stream.ofNullable(watch.failure())).forEach(this::failedAtStart);
        }
    }

    /** Ends the start if it makes no sense to try again. */
    private void failedAtStart(ApiException reason) {
        if (ready.isDone()) {
            return;
        }
        if (reason.is(ApiException.UNAUTHORIZED)) {
            fail(
                    "the API server "
                            + server.url()
                            + " does not accept the credentials ("
                            + reason.text()
                            + "): is the token or certificate expired? Log in again, or check the"
                            + " user of the context",
                    reason);
        } else if (reason == epochFailure
                && (reason.is(ApiException.FORBIDDEN) || reason.is(ApiException.NOT_FOUND))) {
            fail(
                    "the time since which the cluster counts versions cannot be read ("
                            + reason.text()
                            + "): grant the verb get on the namespace kube-system in a ClusterRole,"
                            + " or set an epoch",
                    reason);
        } else if (reason.isOfTls()) {
            fail(reason.text(), reason);
        } else if (reason.is(400)) {
            fail("the API server does not understand what is asked: " + reason.text(), reason);
        }
    }

    private void fail(String message, @Nullable Throwable cause) {
        if (ready.completeExceptionally(new ApiException(0, message, cause))) {
            LOG.debug("{}: {}", name, message);
        }
    }

    private void report() {
        flush = null;
        ClusterRevision since = revision;
        if (closed || since == null) {
            return;
        }
        try {
            if (table.isChanged() || !ready.isDone()) {
                ObjectTable.Batch batch = table.batch();
                listener.changed(
                        batch.puts(),
                        batch.deletes(),
                        since.of(batch.resourceVersion()),
                        batch.places());
                table.reported();
            }
            Set<RuleId> touched = table.takeTouched();
            if (statuses != null) {
                statuses.consider(touched);
            }
            List<Problem> problems = problems();
            if (!problems.equals(reported)) {
                listener.problems(problems);
                reported = problems;
            }
            reporting.reset();
        } catch (RuntimeException e) {
            LOG.error("What is new of {} cannot be reported, which is tried again", name, e);
            flush = loop.schedule(this::report, reporting.nextNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private List<Problem> problems() {
        InstalledKinds.Look found = look;
        Stream<String> discovery = found == null ? Stream.of() : describe(found);
        Stream<String> failures =
                all().filter(KindWatch::isFailing).map(KindWatch::describeFailure).distinct();
        Stream<Problem> unwritten =
                statuses == null
                        ? Stream.of()
                        : statuses.problems().stream().map(this::problemOfStatus);
        return Stream.of(
                        Stream.concat(discovery, failures).distinct().map(this::problem),
                        table.problems().stream(),
                        unwritten)
                .flatMap(each -> each)
                .toList();
    }

    private Stream<String> describe(InstalledKinds.Look found) {
        if (!found.otherVersions().isEmpty()) {
            return Stream.of(
                    "the cluster serves "
                            + String.join(", ", found.otherVersions())
                            + ", which this control plane does not read: have the CRDs serve the"
                            + " versions of its kinds, too");
        }
        boolean none = found.failure() == null && watches.isEmpty();
        return none
                ? Stream.of(
                        "no kind of OpenSergo is installed: apply the CRDs, which 'opensergo schema"
                                + " --crd' prints")
                : Stream.of();
    }

    private Problem problem(String message) {
        return new Problem(Problem.Severity.ERROR, name, 0, 0, 0, "", message);
    }

    /** No rule is wrong because of it. */
    private Problem problemOfStatus(String message) {
        return new Problem(Problem.Severity.WARNING, name, 0, 0, 0, "", message);
    }

    private @Nullable KindResource resourceOf(RuleKind<?> kind) {
        List<KindWatch> followed = watches.get(kind);
        return followed == null ? null : followed.get(0).resource();
    }

    private Stream<KindWatch> all() {
        return watches.values().stream().flatMap(List::stream);
    }

    /** Ends; nothing is reported any more when this has returned. */
    void close() {
        closed = true;
        if (statuses != null) {
            statuses.close();
        }
        all().forEach(KindWatch::close);
    }
}

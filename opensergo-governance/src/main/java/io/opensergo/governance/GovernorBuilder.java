package io.opensergo.governance;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.api.time.Ticker;
import io.opensergo.governance.plan.StaticRules;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.routing.LaneSettings;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.rulefiles.RuleDirectory;
import io.opensergo.rules.Rule;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The settings of a {@link Governor}; for one thread. */
public final class GovernorBuilder {

    private @Nullable OpenSergoClient client;
    private @Nullable Target target;
    private List<Rule> rules = List.of();
    private final List<ReadResult> documents = new ArrayList<>();
    private @Nullable RuleDirectory directory;
    private Ticker ticker = Ticker.system();
    private @Nullable TimeSource time;
    private @Nullable Consumer<? super Guard> onGuard;
    private LoadMetrics loadMetrics = LoadMetrics.ofRuntime();
    private Scheduler loadScheduler = Schedulers.boundedElastic();
    private WorkloadIdentity workload = WorkloadIdentity.unknown();
    private @Nullable IntSupplier instances;
    private @Nullable GlobalQuota quota;
    private QuotaFailurePolicy quotaFailurePolicy = QuotaFailurePolicy.FAIL_LOCAL;
    private List<String> servedHosts = List.of();
    private boolean acceptColours = LaneSettings.defaults().acceptColours();
    private boolean preferBaseline = LaneSettings.defaults().preferBaseline();
    private long seed = ThreadLocalRandom.current().nextLong();
    private boolean preview;
    private Predicate<? super Throwable> isError = error -> Outcome.of(error).isFailure();

    GovernorBuilder() {}

    /** Follows the rules of a client's own target. The client is not closed with the governor. */
    public GovernorBuilder client(OpenSergoClient client) {
        return client(client, client.target());
    }

    /** Follows the rules of a target. The client is not closed with the governor. */
    public GovernorBuilder client(OpenSergoClient client, Target target) {
        this.client = Objects.requireNonNull(client, "client");
        this.target = Objects.requireNonNull(target, "target");
        return this;
    }

    /**
     * Sets which application this process is. Of rules, documents and directories, only what is
     * bound to it applies, and what is bound to no application: both of its namespace. Without a
     * target all that is there applies. A client has a target already; this one takes its place.
     */
    public GovernorBuilder target(Target target) {
        this.target = Objects.requireNonNull(target, "target");
        return this;
    }

    /** Sets the rules of a governor without a client. */
    public GovernorBuilder rules(Collection<? extends Rule> rules) {
        this.rules = List.copyOf(rules);
        return this;
    }

    /**
     * Follows the rule files in a directory and those below it, without a control plane; read and
     * followed as {@link RuleDirectory} says. What it holds at {@link #build} is in force by then,
     * and an edit within a second, also one of several files or kinds as one.
     *
     * <p>A document that is wrong never takes a good one down, and its own rule stays as it last
     * was: {@link Plan#problems()} has file, line and column. If the directory goes away, its rules
     * stay in force. It needs neither a control plane nor gRPC; the governor has one thread for it,
     * which {@link Governor#close} ends.
     */
    public GovernorBuilder rules(Path directory) {
        RuleReader reader =
                RuleReader.strict().withKinds(RuleKinds.installed()).withForeignTextHidden();
        return rules(RuleDirectory.of(directory).withReader(reader));
    }

    /** Follows the rule files in a directory, as {@link #rules(Path)} does, with its settings. */
    public GovernorBuilder rules(RuleDirectory directory) {
        this.directory = Objects.requireNonNull(directory, "directory");
        return this;
    }

    /**
     * Adds rules from documents that have been read. The good ones apply; what is wrong with the
     * others is in {@link Plan#problems()}, with its place. Of two documents for one rule the first
     * counts.
     */
    public GovernorBuilder documents(ReadResult... documents) {
        this.documents.addAll(Arrays.asList(documents));
        return this;
    }

    /**
     * Adds rules from documents on the class path, as {@link #documents} does.
     *
     * @param names such as {@code rules/orders.yaml}, for the class loader of this thread's context
     * @throws IllegalArgumentException if there is no resource of a name
     * @throws UncheckedIOException if one cannot be read
     */
    public GovernorBuilder resources(String... names) {
        for (String name : names) {
            documents.add(ClassPathDocument.read(name));
        }
        return this;
    }

    /** Sets where time comes from; {@link Ticker#system()} by default. */
    public GovernorBuilder ticker(Ticker ticker) {
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.time = null;
        return this;
    }

    /**
     * Sets where time comes from and how it is waited for, in place of {@link #ticker}: for tests,
     * which then need not wait. Adapters wait on the timers of their frameworks, whatever is set
     * here.
     */
    public GovernorBuilder time(TimeSource time) {
        this.ticker = Objects.requireNonNull(time, "time");
        this.time = time;
        return this;
    }

    /**
     * Has the governor tell of each guard that it is asked for: for tests that want to know which
     * resources a program guards. Told on the thread that asks, for which it must be fast; what it
     * throws, {@link Governor#guard} throws. None unless set; a later call replaces it.
     */
    public GovernorBuilder onGuard(Consumer<? super Guard> onGuard) {
        this.onGuard = Objects.requireNonNull(onGuard, "onGuard");
        return this;
    }

    /** Sets what measures the load for overload protection; the Java runtime by default. */
    public GovernorBuilder loadMetrics(LoadMetrics loadMetrics) {
        this.loadMetrics = Objects.requireNonNull(loadMetrics, "loadMetrics");
        return this;
    }

    /**
     * Sets what this process is, for routes and lanes that ask for the caller's labels, namespace
     * or gateways; unknown by default, so that none of these conditions holds.
     */
    public GovernorBuilder workload(WorkloadIdentity workload) {
        this.workload = Objects.requireNonNull(workload, "workload");
        return this;
    }

    /**
     * Sets the hosts under which TrafficRouters speak of what this application serves, besides the
     * name of its target: for example {@code shop.example.com}. Only for adapters whose servers
     * apply routes; see {@link Governor#honoursAtServer}.
     */
    public GovernorBuilder servedHosts(String... hosts) {
        this.servedHosts = List.of(hosts);
        return this;
    }

    /**
     * Sets whether a request that another process makes keeps the colour it comes with; {@code
     * true} by default. Set {@code false} at an entry that untrusted callers reach, or else they
     * choose their lane themselves: there only TrafficLane rules colour.
     */
    public GovernorBuilder acceptColours(boolean acceptColours) {
        this.acceptColours = acceptColours;
        return this;
    }

    /**
     * Sets whether a request without a colour goes to instances that are in no lane, as long as
     * there are some; {@code true} by default. Set {@code false} where plain requests shall reach
     * the instances of a lane as well, for example because these colour what passes them.
     */
    public GovernorBuilder preferBaseline(boolean preferBaseline) {
        this.preferBaseline = preferBaseline;
        return this;
    }

    /**
     * Sets where the order of weighted picks begins, so that a test gets the same picks each time;
     * random by default, so that processes started together do not choose alike. The same rules,
     * given in the same edits, make the same picks.
     */
    public GovernorBuilder seed(long seed) {
        this.seed = seed;
        return this;
    }

    /**
     * Sets how many instances of the application share a limit whose {@code limitMode} is {@code
     * GlobalToLocal}. Asked about once a second on a thread that may block; a number below 1 counts
     * as 1. Without it the number comes from the control plane of the {@link #client}, if that is
     * one of this library: how many governors of the target are connected to it and report, which
     * with several replicas is fewer than there are. Until somebody has told it, the whole limit
     * applies to this instance, and the plan says so.
     */
    public GovernorBuilder instances(IntSupplier instances) {
        this.instances = Objects.requireNonNull(instances, "instances");
        return this;
    }

    /**
     * Sets the store of limits whose {@code limitMode} is {@code Global}. It is not closed with the
     * governor. Without it each instance applies the whole limit, and the plan says so. While it
     * cannot be used, each instance applies its share, for which {@link #instances} should be set;
     * that also bounds what all instances together admit ahead of their grants.
     */
    public GovernorBuilder globalQuota(GlobalQuota quota) {
        return globalQuota(quota, QuotaFailurePolicy.FAIL_LOCAL);
    }

    /**
     * Sets the store of limits whose {@code limitMode} is {@code Global}, and what happens while it
     * cannot be used.
     */
    public GovernorBuilder globalQuota(GlobalQuota quota, QuotaFailurePolicy failurePolicy) {
        this.quota = Objects.requireNonNull(quota, "quota");
        this.quotaFailurePolicy = Objects.requireNonNull(failurePolicy, "failurePolicy");
        return this;
    }

    /**
     * Sets which exceptions are failures of a guarded request. By default all are but those that
     * {@link Outcome#of} calls cancelled: the refusal of an inner guard says nothing of the outer
     * resource, and neither does a caller that cancels or interrupts its request. If such an
     * exception is no failure, the call counts as cancelled; another one counts as success then.
     * The {@code errorConditions} of a strategy choose among the failures. If the predicate throws,
     * the exception is a failure, and what was thrown is suppressed by it.
     */
    public GovernorBuilder failures(Predicate<? super Throwable> isFailure) {
        this.isError = Objects.requireNonNull(isFailure, "isFailure");
        return this;
    }

    /**
     * Makes a governor that shows what rules would do, by {@link Governor#plan()} and {@code
     * explain}, and governs nobody: what is wrong with its rules stands in its plan and is not
     * logged, and rules given of kinds that no decision needs are left out.
     */
    public GovernorBuilder preview() {
        this.preview = true;
        return this;
    }

    /**
     * Returns the governor, which follows its rules from now on.
     *
     * @throws IllegalStateException if its rules come from more than one of a client, a directory,
     *     documents and rules given
     * @throws IllegalArgumentException if there is a rule given of a kind that no decision needs
     * @throws UncheckedIOException if the directory does not exist, is none or may not be read
     */
    public Governor build() {
        List<String> sources = new ArrayList<>();
        addIf(client != null, "a client", sources);
        addIf(directory != null, "a directory", sources);
        addIf(!documents.isEmpty(), "documents", sources);
        addIf(!rules.isEmpty(), "rules", sources);
        if (sources.size() > 1) {
            throw new IllegalStateException(
                    "the rules of a governor come from one place, not from "
                            + String.join(" and ", sources));
        }
        return new Governor(this);
    }

    private static void addIf(boolean isSet, String name, List<String> names) {
        if (isSet) {
            names.add(name);
        }
    }

    boolean isPreview() {
        return preview;
    }

    @Nullable OpenSergoClient client() {
        return client;
    }

    @Nullable Target target() {
        return target;
    }

    @Nullable RuleDirectory directory() {
        return directory;
    }

    @Nullable StaticRules documents() {
        return documents.isEmpty() ? null : StaticRules.of(documents);
    }

    List<Rule> rules() {
        return rules;
    }

    Ticker ticker() {
        return ticker;
    }

    LoadMetrics loadMetrics() {
        return loadMetrics;
    }

    /** Sets what measures the load again and again; for tests that do it themselves. */
    GovernorBuilder loadScheduler(Scheduler loadScheduler) {
        this.loadScheduler = loadScheduler;
        return this;
    }

    /**
     * Returns the scheduler of what is done again and again: the load measured, instances counted.
     */
    Scheduler background() {
        return time == null ? loadScheduler : time.scheduler();
    }

    @Nullable TimeSource time() {
        return time;
    }

    @Nullable Consumer<? super Guard> onGuard() {
        return onGuard;
    }

    WorkloadIdentity workload() {
        return workload;
    }

    /** Returns the hosts that are served, the name of the application first. */
    List<String> servedHosts() {
        List<String> hosts = new ArrayList<>(servedHosts);
        Target own = target();
        if (own != null) {
            hosts.add(0, own.app());
        }
        return List.copyOf(hosts);
    }

    LaneSettings lanes() {
        return new LaneSettings(acceptColours, preferBaseline);
    }

    long seed() {
        return seed;
    }

    @Nullable IntSupplier instances() {
        return instances;
    }

    @Nullable GlobalQuota quota() {
        return quota;
    }

    QuotaFailurePolicy quotaFailurePolicy() {
        return quotaFailurePolicy;
    }

    Predicate<? super Throwable> isError() {
        return isError;
    }
}

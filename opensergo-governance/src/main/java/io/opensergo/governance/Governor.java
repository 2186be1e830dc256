package io.opensergo.governance;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.plan.Belonging;
import io.opensergo.governance.plan.DirectoryFeed;
import io.opensergo.governance.plan.Feed;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.governance.plan.RuleFeed;
import io.opensergo.governance.plan.StaticRules;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.LoadBalancing;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.RouteExplanation;
import io.opensergo.governance.routing.RouteStats;
import io.opensergo.rulefiles.RuleDirectory;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.TrafficRouter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Turns the rules of an application into decisions, in this process.
 *
 * <p>A governor follows every kind of rule that decisions need, joins them in whatever order they
 * arrive, and compiles them into a plan that requests read with one volatile read. A request never
 * waits for a new plan, and a resource keeps its counts and the states of its breakers when its
 * rules are edited.
 *
 * <p>Make one per application and keep it. Safe for use by many threads.
 */
public final class Governor implements AutoCloseable {

    /** The name under which {@link #stats()} counts the resources that no rule names. */
    public static final String OTHER_RESOURCES = "*";

    private static final Logger LOG = LoggerFactory.getLogger(Governor.class);

    private final Engine engine;
    private final BreakerEvents events = new BreakerEvents();
    private final LoadSampler sampler;
    private final Predicate<? super Throwable> isError;
    private final @Nullable Consumer<? super Guard> onGuard;
    private final Belonging belonging;

    /** Of names without one. */
    private final String namespace;

    private final PlanPublisher publisher;
    private final @Nullable Feed feed;
    private final @Nullable InstanceCount instances;
    private final Disposable reporting;

    private final Sinks.Many<Set<TrafficDirection>> directions = Sinks.many().replay().latest();

    Governor(GovernorBuilder settings) {
        var quotas = new Quotas(settings.quota(), settings.quotaFailurePolicy(), settings.ticker());
        var waits = new RequestWaits(settings.time(), settings.background());
        engine =
                new Engine(
                        settings.ticker(),
                        waits,
                        events,
                        quotas,
                        settings.workload(),
                        settings.lanes(),
                        settings.servedHosts(),
                        settings.seed());
        sampler = new LoadSampler(settings.loadMetrics(), engine.overloadControls(), waits);
        isError = settings.isError();
        onGuard = settings.onGuard();
        Target target = settings.target();
        namespace = target == null ? Metadata.DEFAULT_NAMESPACE : target.namespace();
        belonging = new Belonging(target);
        publisher =
                new PlanPublisher(
                        engine,
                        sampler,
                        new PlanProblemLog(
                                settings.client() != null, settings.isPreview(), belonging));
        tellDirections();
        instances = InstanceCount.of(settings.instances(), engine, publisher::recompile);
        try {
            feed = follow(settings);
            if (feed == null) {
                useFixedRules(settings);
            }
            reporting = reportDecisions(settings);
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    private @Nullable Feed follow(GovernorBuilder settings) {
        OpenSergoClient client = settings.client();
        if (client != null) {
            Target followed = Objects.requireNonNull(settings.target(), "set with the client");
            LOG.info(
                    "Following the rules of {}; requests are not governed until they have come",
                    followed);
            return new RuleFeed(client, followed, RuleBook.DECISIONS, publisher::update);
        }
        RuleDirectory directory = settings.directory();
        return directory == null
                ? null
                : new DirectoryFeed(directory, belonging, publisher::update);
    }

    private Disposable reportDecisions(GovernorBuilder settings) {
        OpenSergoClient client = settings.client();
        return client == null || settings.isPreview()
                ? Disposables.disposed()
                : DecisionReporting.start(
                        this,
                        client,
                        Objects.requireNonNull(settings.target(), "set with the client"),
                        settings.instances() == null);
    }

    private void useFixedRules(GovernorBuilder settings) {
        StaticRules documents = settings.documents();
        if (documents == null) {
            if (settings.isPreview()) {
                RuleBook shown = RuleBook.of(settings.rules(), belonging, List.of());
                publisher.update(before -> shown);
            } else {
                replaceFixed(settings.rules());
            }
            return;
        }
        documents.problems().stream()
                .filter(problem -> !problem.isError())
                .forEach(problem -> LOG.warn("{}", problem));
        belonging.log("in the documents", documents.rules());
        RuleBook read = RuleBook.of(documents.rules(), belonging, documents.problems());
        publisher.update(before -> read);
    }

    private void replaceFixed(Collection<? extends Rule> rules) {
        RuleBook fixed = RuleBook.of(rules, belonging);
        belonging.log("given", rules);
        publisher.update(before -> fixed);
    }

    /**
     * Returns a governor by the rules of a client's own target; the client is not closed with it.
     */
    public static Governor of(OpenSergoClient client) {
        return builder().client(client).build();
    }

    /** Returns a governor by the rules of a target; the client is not closed with it. */
    public static Governor of(OpenSergoClient client, Target target) {
        return builder().client(client, target).build();
    }

    /** Returns a governor by fixed rules, until {@link #replaceRules} gives it others. */
    public static Governor of(Rule... rules) {
        return builder().rules(Arrays.asList(rules)).build();
    }

    /** Returns a governor by fixed rules, until {@link #replaceRules} gives it others. */
    public static Governor of(Collection<? extends Rule> rules) {
        return builder().rules(rules).build();
    }

    /**
     * Returns a governor by fixed rules, until {@link #replaceRules} gives it others.
     *
     * @param target the application that it is: rules that are bound to others, or of another
     *     namespace, are left out
     */
    public static Governor of(Collection<? extends Rule> rules, Target target) {
        return builder().rules(rules).target(target).build();
    }

    /**
     * Returns a governor by the rules in the files of a directory, followed as they change; for an
     * application that needs no control plane. All rules in it are taken to be the application's.
     *
     * @throws java.io.UncheckedIOException if the directory does not exist, is none or may not be
     *     read
     * @see GovernorBuilder#rules(Path)
     */
    public static Governor of(Path directory) {
        return builder().rules(directory).build();
    }

    /**
     * Returns a governor by the rules in the files of a directory, followed as they change.
     *
     * @param target the application that it is: rules that are bound to others, or of another
     *     namespace, are left out
     * @throws java.io.UncheckedIOException if the directory does not exist, is none or may not be
     *     read
     */
    public static Governor of(Path directory, Target target) {
        return builder().rules(directory).target(target).build();
    }

    /** Starts a governor with settings. */
    public static GovernorBuilder builder() {
        return new GovernorBuilder();
    }

    /**
     * Returns the guard of a resource for inbound requests. Keep it; it always follows the plan.
     */
    public Guard guard(String resource) {
        return guard(resource, TrafficDirection.INBOUND);
    }

    /**
     * Returns the guard of a resource. Keep it; it always follows the plan. Requests of one name
     * that come in and requests that go out do not share limits, breakers or counts.
     */
    public Guard guard(String resource, TrafficDirection direction) {
        if (engine.noteGuard(direction)) {
            tellDirections();
        }
        var guard = new Guard(this, resource, direction);
        if (onGuard != null) {
            onGuard.accept(guard);
        }
        return guard;
    }

    private void tellDirections() {
        synchronized (directions) { // two may come at once, and a sink takes one after the other
            directions.tryEmitNext(engine.directions());
        }
    }

    /**
     * Follows which ways guards are there for, which {@link #stats()} tells of.
     *
     * <p><b>Signals:</b> the directions of now, then each change, of which there is one at most;
     * completes on {@link #close()}.
     *
     * <p><b>Backpressure:</b> directions that a subscriber has not asked for yet wait.
     *
     * <p><b>Threads:</b> serial, on the thread that asked for the guard.
     */
    public Flux<Set<TrafficDirection>> directions() {
        return directions.asFlux();
    }

    /**
     * Decides where a request goes, by the TrafficRouters in force. Takes no lock, and allocates
     * nothing.
     *
     * @return a decision made in advance; {@link RouteDecision#NOT_FOUND} if no route holds
     */
    public RouteDecision route(RequestView request) {
        return publisher.current().routes().route(request);
    }

    /**
     * Explains what {@link #route} returns for a request next, and has no effect on it. Slow: it
     * checks every condition.
     */
    public RouteExplanation explain(RequestView request) {
        CompiledPlan current = publisher.current();
        long version = current.summary().versions().getOrDefault(TrafficRouter.KIND.name(), 0L);
        return current.routes().explain(request).ofVersion(version);
    }

    /**
     * Says what an adapter does of the actions that routes ask for, once when it starts. What rules
     * in force ask for besides becomes a problem of the plan, and so is logged once.
     *
     * @param adapter what it is called, for people: a later call for the same replaces the earlier
     * @param actions all that it does
     */
    public void honours(String adapter, Set<RouteAction> actions) {
        if (engine.noteHonoured(adapter, actions)) {
            publisher.recompile();
        }
    }

    /**
     * Says that the servers of an adapter apply routes to the requests they serve, and what they do
     * of the actions. From then on the routers whose {@code hosts} name this application ({@link
     * GovernorBuilder#servedHosts}) are about what it serves: {@link #routeServed} decides by them,
     * and {@link #route} leaves to a call that the application makes to itself only what is the
     * caller's, so that nothing is done at both ends. Without a target and {@code servedHosts}
     * there are none.
     *
     * @param adapter what it is called, for people: a later call for the same replaces the earlier
     * @param actions all that it does for requests it serves
     */
    public void honoursAtServer(String adapter, Set<RouteAction> actions) {
        if (engine.noteHonouredAtServer(adapter, actions)) {
            publisher.recompile();
        }
    }

    /**
     * Decides on a request that this application serves, by the routers whose {@code hosts} name
     * it: those of the host that the request names, if it is one of those served, else those of the
     * application's own name. Takes no lock.
     *
     * @return a decision made in advance; {@link RouteDecision#NOT_FOUND} if no route holds, or if
     *     no server applies routes
     */
    public RouteDecision routeServed(RequestView request) {
        return publisher.current().routes().routeServed(request);
    }

    /** Explains what {@link #routeServed} returns for a request next, as {@link #explain} does. */
    public RouteExplanation explainServed(RequestView request) {
        CompiledPlan current = publisher.current();
        long version = current.summary().versions().getOrDefault(TrafficRouter.KIND.name(), 0L);
        return current.routes().explainServed(request).ofVersion(version);
    }

    /**
     * Returns how requests are spread over the instances of a service that no route leads to, or
     * {@code null} if no VirtualWorkload says.
     *
     * @param host the service; without a namespace it is one of the application's own
     */
    public @Nullable LoadBalancing balancing(String host) {
        return publisher.current().routes().balancing(host, namespace);
    }

    /** Returns the lanes in force; ask again for each request, since they change with the rules. */
    public Lanes lanes() {
        return publisher.current().lanes();
    }

    /** Returns how many requests each router that is a shadow would have decided. */
    public Map<RuleId, Long> shadowRouteMatches() {
        return publisher.current().routes().shadowMatches();
    }

    /**
     * Returns how often faults, retries and copies that routers ask for have been made; of routers
     * that are shadows, how often faults and copies would have been.
     */
    public List<RouteStats> routeStats() {
        return publisher.current().routes().stats();
    }

    /** Returns what is decided by now. */
    public Plan plan() {
        return publisher.current().summary();
    }

    /**
     * Follows the plans.
     *
     * <p><b>Signals:</b> the plan in force, then each one that replaces it; completes on {@link
     * #close()}.
     *
     * <p><b>Backpressure:</b> a plan that a subscriber has not asked for yet waits; plans change as
     * often as rules do.
     *
     * <p><b>Threads:</b> serial, on the thread that delivered the rules.
     */
    public Flux<Plan> plans() {
        return publisher.plans();
    }

    /**
     * Waits until the rules of every kind are there, or are known not to be: the control plane may
     * not know a kind. At once for a governor without a client.
     *
     * <p>Put a {@code timeout} on it, since it waits for as long as the control plane cannot be
     * reached; until then requests are decided by the rules that have come. Completes without a
     * value.
     */
    public Mono<Void> ready() {
        return publisher.ready();
    }

    /**
     * Follows the circuit breakers.
     *
     * <p><b>Signals:</b> each transition from now on; completes on {@link #close()}.
     *
     * <p><b>Backpressure:</b> a transition for which a subscriber has not asked by then is not
     * signalled to it.
     *
     * <p><b>Threads:</b> serial, on a bounded elastic thread of Reactor's.
     */
    public Flux<BreakerTransition> breakerTransitions() {
        return events.transitions();
    }

    /**
     * Returns what has been decided on each protected resource, by its name; under {@value
     * #OTHER_RESOURCES}, on all others together, if a strategy protects the whole process. Each
     * comes once for each direction that a guard has been asked for.
     */
    public List<ResourceStats> stats() {
        CompiledPlan current = publisher.current();
        List<ResourceStats> all = new ArrayList<>();
        for (TrafficDirection direction : engine.directions()) {
            Map<String, Protection> protections = new HashMap<>(current.protections(direction));
            if (!current.others(direction).isEmpty()) {
                protections.putIfAbsent(OTHER_RESOURCES, current.others(direction));
            }
            protections.forEach(
                    (name, protection) ->
                            all.add(
                                    ResourceStats.of(
                                            new GuardedResource(name, direction), protection)));
        }
        all.sort(
                Comparator.comparing(ResourceStats::resource)
                        .thenComparing(ResourceStats::direction));
        return all;
    }

    /**
     * Returns what has been decided on requests of one name that go one way, as {@link
     * Guard#stats()} does. All zero if no rule names it.
     */
    public ResourceStats stats(String resource, TrafficDirection direction) {
        var guarded = new GuardedResource(resource, direction);
        CompiledPlan current = publisher.current();
        return ResourceStats.of(
                guarded,
                resource.equals(OTHER_RESOURCES)
                                && !current.protections(direction).containsKey(resource)
                        ? current.others(direction)
                        : current.protection(guarded));
    }

    /**
     * Returns what has been decided on each protected resource, again and again.
     *
     * <p><b>Signals:</b> the totals, as {@link #stats()} gives them, once per interval; never
     * completes.
     *
     * <p><b>Backpressure:</b> totals that a subscriber has not asked for are left out.
     *
     * <p><b>Threads:</b> {@code Schedulers.parallel()}, or those of {@link GovernorBuilder#time}.
     */
    public Flux<List<ResourceStats>> stats(Duration interval) {
        return engine.waits().ticks(interval).onBackpressureDrop().map(tick -> stats());
    }

    /** Returns the health of the quota store; empty if the governor was built without one. */
    public Optional<QuotaHealth> quotaHealth() {
        return engine.quotas().health();
    }

    /**
     * Replaces the rules of a governor that follows none.
     *
     * @throws IllegalStateException if it has a client or a directory, or is closed
     * @throws IllegalArgumentException if there is a rule of a kind that no decision needs
     */
    public void replaceRules(Collection<? extends Rule> rules) {
        if (feed != null) {
            throw new IllegalStateException(
                    "the rules of this governor come from " + feed.name() + " alone");
        }
        if (publisher.isClosed()) {
            throw new IllegalStateException("the governor is closed; make a new one");
        }
        replaceFixed(rules);
    }

    /**
     * Stops following rules. Guards go on by the last plan, so that requests in flight can end.
     * Closing again does nothing.
     */
    @Override
    public void close() {
        publisher.stop();
        reporting.dispose();
        if (feed != null) {
            feed.close();
        }
        release();
    }

    private void release() {
        publisher.stop();
        if (instances != null) {
            instances.close();
        }
        publisher.close();
        sampler.close();
        events.close();
        synchronized (directions) {
            directions.tryEmitComplete();
        }
    }

    PlanPublisher publisher() {
        return publisher;
    }

    Engine engine() {
        return engine;
    }

    /** Never throws, whatever the application's predicate does, since a permit depends on it. */
    Outcome outcomeOf(Throwable error) {
        try {
            if (isError.test(error)) {
                return Outcome.failure(error);
            }
            return Outcome.of(error).isFailure() ? Outcome.SUCCESS : Outcome.CANCELLED;
        } catch (Throwable e) {
            if (e != error) {
                error.addSuppressed(e);
            }
            return Outcome.failure(error);
        }
    }
}

package io.opensergo.governance.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.opensergo.governance.BreakerState;
import io.opensergo.governance.Governor;
import io.opensergo.governance.ResourceStats;
import io.opensergo.governance.ResourceStats.BreakerCalls;
import io.opensergo.governance.ResourceStats.StrategyStats;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.routing.RouteStats;
import io.opensergo.rules.RuleId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * The metrics of a governor. They read what decisions count anyway, when the registry asks for it,
 * so they cost a request nothing. Meters of resources come and go with the rules that name them.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>tags</th><th>what it says</th></tr>
 * <tr><td>{@code opensergo.guard.passed}</td><td>resource, direction</td><td>requests that passed</td></tr>
 * <tr><td>{@code opensergo.guard.rejected}</td><td>resource, direction, kind, strategy</td><td>requests that were refused, by the
 *     strategy that did</td></tr>
 * <tr><td>{@code opensergo.guard.shadow.rejected}</td><td>resource, direction, kind, strategy</td><td>requests that a shadow
 *     would have refused</td></tr>
 * <tr><td>{@code opensergo.guard.in.flight}</td><td>resource, direction</td><td>requests in flight; 0 without a concurrency
 *     limit</td></tr>
 * <tr><td>{@code opensergo.guard.waited}</td><td>resource, direction</td><td>seconds that passed requests were throttled for, in sum</td></tr>
 * <tr><td>{@code opensergo.breaker.state}</td><td>resource, direction, strategy</td><td>0 closed, 1 half-open, 2 open</td></tr>
 * <tr><td>{@code opensergo.breaker.failed}</td><td>resource, direction, strategy</td><td>calls that failed, as
 *     a circuit breaker on failed calls counts them, whatever its state</td></tr>
 * <tr><td>{@code opensergo.breaker.slow}</td><td>resource, direction, strategy</td><td>calls that were slow, of a
 *     circuit breaker on slow calls</td></tr>
 * <tr><td>{@code opensergo.breaker.calls}</td><td>resource, direction, strategy</td><td>calls in the window of a closed
 *     circuit breaker; else 0</td></tr>
 * <tr><td>{@code opensergo.breaker.ratio}</td><td>resource, direction, strategy</td><td>the share of failed or slow calls
 *     among them, 0 to 1; at {@code triggerRatio} it opens</td></tr>
 * <tr><td>{@code opensergo.route.shadow.matches}</td><td>router</td><td>requests that a router that is a shadow would
 *     have decided</td></tr>
 * <tr><td>{@code opensergo.route.delayed}</td><td>router, shadow</td><td>requests that a fault held
 *     up; of a shadow, would have</td></tr>
 * <tr><td>{@code opensergo.route.aborted}</td><td>router, shadow</td><td>requests that a fault ended;
 *     likewise</td></tr>
 * <tr><td>{@code opensergo.route.copied}</td><td>router, shadow</td><td>requests that were copied;
 *     likewise</td></tr>
 * <tr><td>{@code opensergo.route.retried}</td><td>router, shadow</td><td>attempts after the first</td></tr>
 * <tr><td>{@code opensergo.route.retries.refused}</td><td>router, shadow</td><td>retries that the
 *     budget did not allow</td></tr>
 * <tr><td>{@code opensergo.plan.number}</td><td></td><td>the number of the plan in force</td></tr>
 * <tr><td>{@code opensergo.plan.problems}</td><td></td><td>what of the rules could not be used</td></tr>
 * <tr><td>{@code opensergo.quota.down}</td><td></td><td>1 while the store of global limits cannot be used, if
 *     there is one</td></tr>
 * <tr><td>{@code opensergo.quota.failures}</td><td></td><td>requests to that store that failed</td></tr>
 * </table>
 *
 * <p>A registry that counts steps starts them anew when a meter comes back.
 */
public final class GovernorMetrics implements MeterBinder, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GovernorMetrics.class);

    private final Governor governor;
    private final Tags tags;
    private final List<StrategyBinding> bindings = new ArrayList<>();

    /** Makes the metrics of a governor. They end with it, or with {@link #close()}. */
    public GovernorMetrics(Governor governor) {
        this(governor, Tags.empty());
    }

    /**
     * Makes the metrics of a governor. They end with it, or with {@link #close()}.
     *
     * @param tags of every meter; they tell governors in one registry apart
     */
    public GovernorMetrics(Governor governor, Iterable<Tag> tags) {
        this.governor = governor;
        this.tags = Tags.of(tags);
    }

    /** Registers the meters, and keeps them in step with the plan from now on. */
    @Override
    public synchronized void bindTo(MeterRegistry registry) {
        bindings.add(new StrategyBinding(governor, tags, registry));
    }

    /** Removes the meters from every registry. */
    @Override
    public synchronized void close() {
        bindings.forEach(StrategyBinding::close);
        bindings.clear();
    }

    /** What meters of a resource are of. */
    private record Key(String name, TrafficDirection direction) {

        static Key of(ResourceStats stats) {
            return new Key(stats.resource(), stats.direction());
        }
    }

    /** The meters of what a router asks for. */
    private record Actions(boolean shadow, List<Meter> meters) {}

    /** The meters in one registry; confined to the thread that changes the plan, one at a time. */
    private static final class StrategyBinding {

        private final Governor governor;
        private final Tags common;
        private final MeterRegistry registry;
        private final List<Meter> ofGovernor = new ArrayList<>();
        private final Map<Key, List<Meter>> ofResources = new HashMap<>();
        private final Map<RuleId, Meter> ofRouters = new HashMap<>();
        private final Map<RuleId, Actions> ofActions = new HashMap<>();
        private final Map<Key, Set<Tags>> strategies = new HashMap<>();
        private final Disposable subscription;
        private boolean closed;

        StrategyBinding(Governor governor, Tags common, MeterRegistry registry) {
            this.governor = governor;
            this.common = common;
            this.registry = registry;
            if (registry.find("opensergo.plan.number").tags(common).meters().stream()
                    .anyMatch(meter -> Tags.of(meter.getId().getTags()).equals(common))) {
                LOG.warn(
                        "Two governors have their meters in one registry with the tags {}: only the"
                                + " first one is seen. Give each GovernorMetrics tags of its own",
                        common);
            }
            ofGovernor.add(
                    Gauge.builder("opensergo.plan.number", governor, one -> one.plan().number())
                            .description("The number of the plan in force")
                            .tags(common)
                            .register(registry));
            ofGovernor.add(
                    Gauge.builder(
                                    "opensergo.plan.problems",
                                    governor,
                                    one -> one.plan().problems().size())
                            .description("What of the rules could not be used")
                            .tags(common)
                            .register(registry));
            governor.quotaHealth().ifPresent(this::registerQuota);
            subscription =
                    Disposables.composite(
                            governor.plans().subscribe(plan -> follow()),
                            governor.directions().subscribe(more -> follow()));
        }

        private void registerQuota(QuotaHealth health) {
            ofGovernor.add(
                    Gauge.builder("opensergo.quota.down", health, one -> one.isDown() ? 1 : 0)
                            .description("Whether the store of global limits cannot be used")
                            .tags(common)
                            .register(registry));
            ofGovernor.add(
                    FunctionCounter.builder(
                                    "opensergo.quota.failures", health, QuotaHealth::failures)
                            .description("Requests to the store of global limits that failed")
                            .tags(common)
                            .register(registry));
        }

        private synchronized void follow() {
            if (closed) {
                return; // what was on its way would leave meters behind
            }
            Set<Key> gone = new HashSet<>(ofResources.keySet());
            for (ResourceStats stats : governor.stats()) {
                gone.remove(Key.of(stats));
                registerIfChanged(stats);
            }
            gone.forEach(this::remove);
            followShadowRouters();
            followActions();
        }

        /** Of routers that ask for faults, retries or copies. */
        private void followActions() {
            Map<RuleId, Boolean> now = new HashMap<>();
            governor.routeStats().forEach(each -> now.put(each.router(), each.shadow()));
            Set<RuleId> gone = new HashSet<>(ofActions.keySet());
            gone.removeIf(router -> isShadow(router).equals(now.get(router)));
            for (RuleId router : gone) {
                Actions known = ofActions.remove(router);
                if (known != null) {
                    known.meters().forEach(registry::remove);
                }
            }
            now.forEach(
                    (router, shadow) ->
                            ofActions.computeIfAbsent(
                                    router, id -> new Actions(shadow, register(id, shadow))));
        }

        private Boolean isShadow(RuleId router) {
            Actions known = ofActions.get(router);
            return known != null && known.shadow();
        }

        private List<Meter> register(RuleId router, boolean shadow) {
            Tags tags = common.and("router", router.name(), "shadow", Boolean.toString(shadow));
            return List.of(
                    counter(
                            "opensergo.route.delayed",
                            "Requests that a fault held up",
                            tags,
                            ofRouter(router, RouteStats::delayed)),
                    counter(
                            "opensergo.route.aborted",
                            "Requests that a fault ended",
                            tags,
                            ofRouter(router, RouteStats::aborted)),
                    counter(
                            "opensergo.route.copied",
                            "Requests that were copied",
                            tags,
                            ofRouter(router, RouteStats::copied)),
                    counter(
                            "opensergo.route.retried",
                            "Attempts after the first",
                            tags,
                            ofRouter(router, RouteStats::retried)),
                    counter(
                            "opensergo.route.retries.refused",
                            "Retries that the budget did not allow",
                            tags,
                            ofRouter(router, RouteStats::outOfBudget)));
        }

        private static ToDoubleFunction<Governor> ofRouter(
                RuleId router, ToLongFunction<RouteStats> count) {
            return governor ->
                    governor.routeStats().stream()
                            .filter(each -> each.router().equals(router))
                            .mapToLong(count)
                            .sum();
        }

        private void followShadowRouters() {
            Set<RuleId> routers = governor.shadowRouteMatches().keySet();
            ofRouters
                    .entrySet()
                    .removeIf(
                            entry -> {
                                boolean isGone = !routers.contains(entry.getKey());
                                if (isGone) {
                                    registry.remove(entry.getValue());
                                }
                                return isGone;
                            });
            routers.forEach(router -> ofRouters.computeIfAbsent(router, this::register));
        }

        private Meter register(RuleId router) {
            return counter(
                    "opensergo.route.shadow.matches",
                    "Requests that a router that is a shadow would have decided",
                    common.and("router", router.name()),
                    one -> one.shadowRouteMatches().getOrDefault(router, 0L));
        }

        private void registerIfChanged(ResourceStats stats) {
            Set<Tags> now = new HashSet<>();
            Key key = Key.of(stats);
            stats.strategies().forEach(strategy -> now.add(identity(key, strategy)));
            if (now.equals(strategies.get(key))) {
                return;
            }
            remove(key);
            strategies.put(key, now);
            ofResources.put(key, register(stats));
        }

        private List<Meter> register(ResourceStats stats) {
            Key resource = Key.of(stats);
            Tags tags = tags(resource);
            List<Meter> meters = new ArrayList<>();
            meters.add(
                    FunctionCounter.builder(
                                    "opensergo.guard.passed",
                                    governor,
                                    new Rising(one -> stats(one, resource).passed()))
                            .description("Requests that passed")
                            .tags(tags)
                            .register(registry));
            meters.add(
                    Gauge.builder(
                                    "opensergo.guard.in.flight",
                                    governor,
                                    one -> stats(one, resource).inFlight())
                            .description("Requests in flight")
                            .tags(tags)
                            .register(registry));
            meters.add(
                    FunctionCounter.builder(
                                    "opensergo.guard.waited",
                                    governor,
                                    new Rising(
                                            one -> stats(one, resource).waited().toNanos() / 1e9))
                            .description("The time requests were throttled for")
                            .baseUnit("seconds")
                            .tags(tags)
                            .register(registry));
            stats.strategies().forEach(one -> meters.addAll(register(resource, one)));
            return meters;
        }

        private List<Meter> register(Key resource, StrategyStats strategy) {
            Tags tags = tags(resource, strategy);
            List<Meter> meters = new ArrayList<>();
            meters.add(
                    counter(
                            "opensergo.guard.rejected",
                            "Requests that the strategy refused",
                            tags,
                            of(resource, strategy, StrategyStats::rejected)));
            meters.add(
                    counter(
                            "opensergo.guard.shadow.rejected",
                            "Requests that the strategy would have refused",
                            tags,
                            of(resource, strategy, StrategyStats::shadowRejected)));
            if (strategy.breaker() != null) {
                meters.addAll(registerCalls(resource, strategy));
                meters.add(
                        Gauge.builder(
                                        "opensergo.breaker.state",
                                        governor,
                                        of(resource, strategy, StrategyBinding::openness))
                                .description("0 closed, 1 half-open, 2 open")
                                .tags(tags(resource).and("strategy", strategy.strategy()))
                                .register(registry));
            }
            return meters;
        }

        private List<Meter> registerCalls(Key resource, StrategyStats strategy) {
            Tags tags = tags(resource).and("strategy", strategy.strategy());
            BreakerCalls now = strategy.calls();
            boolean slow = now != null && now.slow();
            return List.of(
                    counter(
                            slow ? "opensergo.breaker.slow" : "opensergo.breaker.failed",
                            slow ? "Calls that were slow" : "Calls that failed",
                            tags,
                            of(resource, strategy, calls(BreakerCalls::bad))),
                    Gauge.builder(
                                    "opensergo.breaker.calls",
                                    governor,
                                    of(resource, strategy, calls(BreakerCalls::inWindow)))
                            .description("Calls in the window of a closed circuit breaker")
                            .tags(tags)
                            .register(registry),
                    Gauge.builder(
                                    "opensergo.breaker.ratio",
                                    governor,
                                    of(resource, strategy, calls(BreakerCalls::ratio)))
                            .description("The share of failed or slow calls among them")
                            .tags(tags)
                            .register(registry));
        }

        private static ToDoubleFunction<StrategyStats> calls(ToDoubleFunction<BreakerCalls> value) {
            return strategy -> {
                BreakerCalls calls = strategy.calls();
                return calls == null ? 0 : value.applyAsDouble(calls);
            };
        }

        private Meter counter(
                String name, String description, Tags tags, ToDoubleFunction<Governor> count) {
            return FunctionCounter.builder(name, governor, count)
                    .description(description)
                    .tags(tags)
                    .register(registry);
        }

        private Tags tags(Key resource) {
            return common.and(
                    "resource", resource.name(), "direction", resource.direction().label());
        }

        /** A breaker that is edited to count slow calls has other meters. */
        private Tags identity(Key resource, StrategyStats strategy) {
            BreakerCalls calls = strategy.calls();
            return calls == null
                    ? tags(resource, strategy)
                    : tags(resource, strategy).and("slow", Boolean.toString(calls.slow()));
        }

        private Tags tags(Key resource, StrategyStats strategy) {
            return tags(resource)
                    .and("kind", strategy.kind().documentName(), "strategy", strategy.strategy());
        }

        private static double openness(StrategyStats strategy) {
            BreakerState state = strategy.breaker();
            return state == BreakerState.OPEN ? 2 : state == BreakerState.HALF_OPEN ? 1 : 0;
        }

        private static ResourceStats stats(Governor governor, Key resource) {
            return governor.stats(resource.name(), resource.direction());
        }

        /** Returns a function of a strategy's counts; 0 once it is gone. */
        private static ToDoubleFunction<Governor> of(
                Key resource, StrategyStats strategy, ToDoubleFunction<StrategyStats> count) {
            return governor -> {
                Optional<StrategyStats> found =
                        stats(governor, resource).strategies().stream()
                                .filter(
                                        one ->
                                                one.kind() == strategy.kind()
                                                        && one.strategy()
                                                                .equals(strategy.strategy()))
                                .findFirst();
                return found.isPresent() ? count.applyAsDouble(found.get()) : 0;
            };
        }

        private void remove(Key resource) {
            strategies.remove(resource);
            List<Meter> meters = ofResources.remove(resource);
            if (meters != null) {
                meters.forEach(registry::remove);
            }
        }

        synchronized void close() {
            closed = true;
            subscription.dispose();
            ofGovernor.forEach(registry::remove);
            ofRouters.values().forEach(registry::remove);
            ofActions.values().forEach(each -> each.meters().forEach(registry::remove));
            List.copyOf(ofResources.keySet()).forEach(this::remove);
        }
    }

    /**
     * A counter of what may be taken back, by requests that are not made after all: a counter that
     * falls is taken for one that began anew, so it stays until others have made up for it.
     */
    private static final class Rising implements ToDoubleFunction<Governor> {

        private final ToDoubleFunction<Governor> count;
        private double highest;

        Rising(ToDoubleFunction<Governor> count) {
            this.count = count;
        }

        @Override
        public synchronized double applyAsDouble(Governor governor) {
            highest = Math.max(highest, count.applyAsDouble(governor));
            return highest;
        }
    }
}

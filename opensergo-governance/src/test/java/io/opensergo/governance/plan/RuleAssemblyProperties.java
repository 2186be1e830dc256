package io.opensergo.governance.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.Edition;
import io.opensergo.api.Origin;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.governance.Rules;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Sequences of atomic edits across kinds, delivered kind by kind in any order and with gaps. */
class RuleAssemblyProperties {

    private static final Target SHOP = Target.of("shop");
    private static final List<RuleKind<? extends Rule>> KINDS =
            List.of(FaultToleranceRule.KIND, RateLimitStrategy.KIND, ThrottlingStrategy.KIND);
    private static final int RESOURCES = 3;

    /** The rules of one revision, by id. */
    private record World(TreeMap<RuleId, Rule> rules) {

        List<Rule> of(RuleKind<?> kind) {
            return rules.values().stream().filter(rule -> rule.kind().equals(kind)).toList();
        }

        World edited() {
            return new World(new TreeMap<>(rules));
        }

        static World empty() {
            return new World(new TreeMap<>(Comparator.comparing(RuleId::toString)));
        }

        void put(Rule rule) {
            rules.put(rule.id(), rule);
        }
    }

    private static Strategy strategy(String name, boolean throttling) {
        return throttling
                ? Rules.throttling(name, Duration.ofMillis(5), Duration.ofSeconds(1))
                : Rules.rate(name, 0, Duration.ofSeconds(1));
    }

    private static FaultToleranceRule rule(int resource, Strategy strategy, boolean withKind) {
        StrategyRef ref = withKind ? StrategyRef.to(strategy) : StrategyRef.of(strategy.name());
        return FaultToleranceRule.builder(Rules.metadata("rule" + resource))
                .targets(List.of(ResourceRef.of("r" + resource)))
                .strategies(List.of(ref))
                .build();
    }

    /** Edits one to three resources: each gets another strategy, of either kind, or none. */
    private static World edit(World before, int number, Random random, boolean renamesOnly) {
        World after = before.edited();
        int edits = 1 + random.nextInt(3);
        for (int i = 0; i < edits; i++) {
            int resource = random.nextInt(RESOURCES);
            after.rules()
                    .values()
                    .removeIf(
                            rule ->
                                    rule instanceof Strategy
                                            && rule.name().startsWith("s" + resource + "-")
                                            && (renamesOnly || random.nextInt(4) != 0));
            if (renamesOnly || random.nextInt(4) != 0) {
                boolean throttling = !renamesOnly && random.nextBoolean();
                String name = "s" + resource + "-" + number + "-" + i;
                Strategy strategy = strategy(name, throttling);
                after.put(strategy);
                after.put(rule(resource, strategy, random.nextBoolean()));
            } else {
                after.rules().values().removeIf(rule -> rule.name().equals("rule" + resource));
            }
        }
        return after;
    }

    private static List<World> history(Random random, boolean renamesOnly) {
        World first = World.empty();
        for (int resource = 0; resource < RESOURCES; resource++) {
            Strategy strategy = strategy("s" + resource + "-0", !renamesOnly && resource == 1);
            first.put(strategy);
            first.put(rule(resource, strategy, true));
        }
        List<World> history = new ArrayList<>(List.of(first));
        int length = 2 + random.nextInt(8);
        for (int i = 1; i < length; i++) {
            history.add(edit(history.get(i - 1), i, random, renamesOnly));
        }
        return history;
    }

    private static RuleSnapshot<?> snapshot(RuleKind<?> kind, World world, Edition edition) {
        return ofKind(kind, world, edition);
    }

    private static <R extends Rule> RuleSnapshot<R> ofKind(
            RuleKind<R> kind, World world, Edition edition) {
        return new RuleSnapshot<>(
                SHOP,
                kind,
                edition.number(),
                Origin.CONTROL_PLANE,
                Instant.EPOCH,
                world.of(kind).stream().map(kind.type()::cast).toList(),
                List.of(),
                edition);
    }

    /** What a client signals of each kind: a snapshot for each revision that changed it. */
    private static Map<RuleKind<?>, List<RuleSnapshot<?>>> signals(
            List<World> history, boolean withEditions) {
        Map<RuleKind<?>, List<RuleSnapshot<?>>> signals = new HashMap<>();
        KINDS.forEach(kind -> signals.put(kind, new ArrayList<>()));
        Map<RuleKind<?>, Long> numbers = new HashMap<>();
        for (int i = 0; i < history.size(); i++) {
            World world = history.get(i);
            List<RuleKind<?>> changed = new ArrayList<>();
            for (RuleKind<?> kind : KINDS) {
                if (i == 0 || !world.of(kind).equals(history.get(i - 1).of(kind))) {
                    changed.add(kind);
                    numbers.put(kind, i + 1L);
                }
            }
            Edition edition = withEditions ? new Edition(i + 1L, numbers) : Edition.UNKNOWN;
            changed.forEach(kind -> signals.get(kind).add(snapshot(kind, world, edition)));
        }
        return signals;
    }

    /** Takes the next of a kind, or one behind it, as a subscriber does that is slow. */
    private static RuleSnapshot<?> take(List<RuleSnapshot<?>> left, Random random) {
        int skipped = random.nextInt(3) == 0 ? random.nextInt(left.size()) : 0;
        RuleSnapshot<?> taken = left.get(skipped);
        left.subList(0, skipped + 1).clear();
        return taken;
    }

    private static boolean isProtected(RuleBook book, int resource) {
        return !new RuleJoin(book).of("r" + resource).isEmpty();
    }

    private static boolean holds(RuleBook book, World world) {
        return KINDS.stream().allMatch(kind -> List.copyOf(book.of(kind)).equals(world.of(kind)));
    }

    @Property(tries = 2000)
    void bookIsAlwaysOneRevisionAndNeverAnEarlierOneAndInTheEndTheLast(@ForAll long seed) {
        var random = new Random(seed);
        List<World> history = history(random, false);
        Map<RuleKind<?>, List<RuleSnapshot<?>>> signals = signals(history, true);
        var assembly = new RuleAssembly(KINDS);
        int shown = -1;
        while (signals.values().stream().anyMatch(left -> !left.isEmpty())) {
            RuleKind<?> kind = KINDS.get(random.nextInt(KINDS.size()));
            if (signals.get(kind).isEmpty()) {
                continue;
            }
            assembly.arrived(take(signals.get(kind), random), 0);

            if (assembly.book().isComplete()) {
                int now = shown < 0 ? 0 : shown;
                while (now < history.size() && !holds(assembly.book(), history.get(now))) {
                    now++;
                }
                assertThat(now).as("the revision of the book").isLessThan(history.size());
                shown = now;
            } else {
                assertThat(shown).isNegative();
            }
        }
        assertThat(holds(assembly.book(), history.get(history.size() - 1))).isTrue();
    }

    @Property(tries = 2000)
    void renamesNeverTakeAwayAProtectionWhateverIsKnownOfEditions(
            @ForAll long seed, @ForAll boolean withEditions) {
        var random = new Random(seed);
        List<World> history = history(random, true);
        Map<RuleKind<?>, List<RuleSnapshot<?>>> signals = signals(history, withEditions);
        var assembly = new RuleAssembly(KINDS);
        boolean begun = false;
        while (signals.values().stream().anyMatch(left -> !left.isEmpty())) {
            RuleKind<?> kind = KINDS.get(random.nextInt(KINDS.size()));
            if (signals.get(kind).isEmpty()) {
                continue;
            }
            assembly.arrived(take(signals.get(kind), random), 0);

            // Before all of it was there once there is nothing to keep.
            begun = begun || allProtected(assembly.book());
            if (begun) {
                assertThat(allProtected(assembly.book())).isTrue();
            }
        }
        assertThat(holds(assembly.book(), history.get(history.size() - 1))).isTrue();
    }

    private static boolean allProtected(RuleBook book) {
        for (int resource = 0; resource < RESOURCES; resource++) {
            if (!isProtected(book, resource)) {
                return false;
            }
        }
        return true;
    }
}

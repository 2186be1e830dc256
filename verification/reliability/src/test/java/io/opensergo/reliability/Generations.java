package io.opensergo.reliability;

import io.opensergo.api.Target;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rules of several keys that change all the while and never look alike twice: every rule of a key
 * bears the number of the key's generation, so that a set that misses a rule, mixes two generations
 * or is older than another can be told by looking at it.
 *
 * <p>One thread changes; any number of threads look.
 */
final class Generations {

    private static final int MAX_RULES = 6;

    private final InMemoryRuleSource source = new InMemoryRuleSource();
    private final List<Key> keys;

    Generations(int keys) {
        this.keys = IntStream.range(0, keys).mapToObj(Key::new).toList();
    }

    /** What one key held and holds. */
    static final class Key {

        private final Target target;

        /** How many rules each generation has; a generation is here before it is in the source. */
        private final NavigableMap<Long, Integer> sizes = new ConcurrentSkipListMap<>();

        Key(int number) {
            target = Target.of("chaos", "app-" + number);
            sizes.put(0L, 0);
        }

        Target target() {
            return target;
        }

        long latest() {
            return sizes.lastKey();
        }

        /** Returns how many rules a generation has; -1 if there was no such generation. */
        int size(long generation) {
            return sizes.getOrDefault(generation, -1);
        }

        /** Returns the first generation without rules that is younger than one; -1 if none is. */
        long emptyAfter(long generation) {
            return sizes.tailMap(generation, false).entrySet().stream()
                    .filter(entry -> entry.getValue() == 0)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(-1L);
        }

        List<RateLimitStrategy> rules() {
            return rules(latest());
        }

        List<RateLimitStrategy> rules(long generation) {
            return IntStream.range(0, size(generation))
                    .mapToObj(number -> rule(number, generation))
                    .toList();
        }

        private RateLimitStrategy rule(int number, long generation) {
            return RateLimitStrategy.builder(
                            Metadata.of(
                                    target.namespace(), target.app(), target.app() + "-" + number))
                    .threshold(generation)
                    .statDuration(Duration.ofSeconds(1))
                    .build();
        }

        private void next(int size) {
            sizes.put(latest() + 1, size);
        }

        @Override
        public String toString() {
            return target.app();
        }
    }

    InMemoryRuleSource source() {
        return source;
    }

    List<Key> keys() {
        return keys;
    }

    /** Gives every key rules. */
    void fill() {
        keys.forEach(key -> key.next(2));
        source.replaceAll(keys.stream().flatMap(key -> key.rules().stream()).toList());
    }

    /** Makes one change, of one key or of several at once, and returns what it was. */
    String change(Random random) {
        int choice = random.nextInt(10);
        if (choice < 6) {
            return put(List.of(any(random)), random);
        }
        if (choice < 8) {
            return put(Stream.of(any(random), any(random)).distinct().toList(), random);
        }
        return choice < 9 ? delete(any(random)) : replaceAll(random);
    }

    private Key any(Random random) {
        return keys.get(random.nextInt(keys.size()));
    }

    /** A put takes nothing away, so it is a whole generation only if it has as many rules. */
    private String put(List<Key> changed, Random random) {
        List<RateLimitStrategy> rules = new ArrayList<>();
        for (Key key : changed) {
            int least = Math.max(1, key.size(key.latest()));
            key.next(least + random.nextInt(MAX_RULES - least + 1));
            rules.addAll(key.rules());
        }
        source.put(rules);
        return "put " + changed;
    }

    private String delete(Key key) {
        if (key.size(key.latest()) == 0) {
            return "nothing to delete of " + key;
        }
        RuleId[] ids = key.rules().stream().map(RateLimitStrategy::id).toArray(RuleId[]::new);
        key.next(0);
        source.delete(ids);
        return "delete " + key;
    }

    /** A key that stays empty has no new generation: nothing about it has changed. */
    private String replaceAll(Random random) {
        List<Key> changed = keys.stream().filter(key -> random.nextInt(3) == 0).toList();
        for (Key key : changed) {
            int size = random.nextInt(MAX_RULES + 1);
            if (size > 0 || key.size(key.latest()) > 0) {
                key.next(size);
            }
        }
        source.replaceAll(keys.stream().flatMap(key -> key.rules().stream()).toList());
        return "replaceAll, of which are new " + changed;
    }
}

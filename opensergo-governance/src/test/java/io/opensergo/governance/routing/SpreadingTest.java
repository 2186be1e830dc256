package io.opensergo.governance.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Which instance is next, by the policy of its service. */
class SpreadingTest {

    private final Spreading<String> spreading = new Spreading<>();
    private final List<String> all = List.of("a", "b", "c", "d");

    private String next(List<String> instances, String policy, String key) {
        LoadBalancing how = Objects.requireNonNull(LoadBalancing.of(policy));
        return spreading.next(instances, Function.identity(), 1, how, key);
    }

    private Set<String> used(String policy, int times) {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < times; i++) {
            used.add(next(all, policy, null));
        }
        return used;
    }

    @Test
    void withoutAPolicyAndWithoutWhatIsHashedInstancesComeInTurn() {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            used.add(spreading.next(all, Function.identity(), 1, null, null));
        }

        assertThat(used).hasSize(4);
        assertThat(used("roundRobin", 4)).hasSize(4);
        assertThat(used("hash:x-user", 4)).hasSize(4);
    }

    @Test
    void ofTwoInstancesTheOneWithFewerRequestsUnderWayUntilTheyEnd() {
        spreading.begin("a");
        spreading.begin("a");
        spreading.begin("b");

        for (int i = 0; i < 50; i++) {
            assertThat(next(List.of("a", "b"), "leastRequests", null)).isEqualTo("b");
        }

        spreading.end("a");
        spreading.end("a");
        for (int i = 0; i < 50; i++) {
            assertThat(next(List.of("a", "b"), "leastRequests", null)).isEqualTo("a");
        }
    }

    @Test
    void anEndTooManyIsNotCounted() {
        spreading.begin("a");
        spreading.end("a");
        spreading.end("a");
        spreading.begin("a");

        assertThat(spreading.underWay("a")).isEqualTo(1);
    }

    @Test
    void onlyTheKeysOfAnInstanceThatGoesMove() {
        Map<String, String> before = new HashMap<>();
        for (int i = 0; i < 200; i++) {
            before.put("user-" + i, next(all, "hash:x-user", "user-" + i));
        }
        List<String> left = new ArrayList<>(all);
        left.remove("c");

        assertThat(new HashSet<>(before.values())).hasSize(4);
        before.forEach(
                (key, instance) -> {
                    if (!instance.equals("c")) {
                        assertThat(next(left, "hash:x-user", key)).as(key).isEqualTo(instance);
                    }
                });
    }
}

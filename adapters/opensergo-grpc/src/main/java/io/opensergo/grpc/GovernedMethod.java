package io.opensergo.grpc;

import io.grpc.MethodDescriptor;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.TrafficDirection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A method as rules know it.
 *
 * @param name such as {@code GetPrice}
 * @param path such as {@code /shop.Prices/GetPrice}
 * @param serviceGuard guards the resource {@code shop.Prices}
 * @param methodGuard guards the resource {@code shop.Prices/GetPrice}
 */
record GovernedMethod(String name, String path, Guard serviceGuard, Guard methodGuard) {

    private static GovernedMethod of(
            String fullName, Governor governor, TrafficDirection direction) {
        String service = MethodDescriptor.extractFullServiceName(fullName);
        String name = MethodDescriptor.extractBareMethodName(fullName);
        return new GovernedMethod(
                Objects.requireNonNullElse(name, fullName),
                "/" + fullName,
                governor.guard(Objects.requireNonNullElse(service, fullName), direction),
                governor.guard(fullName, direction));
    }

    /**
     * The methods that are called one way. They are kept, up to a bound: whoever passes on calls of
     * more methods than that, as a proxy may, gets a new object for each call beyond it, which does
     * the same.
     */
    static final class Cache {

        private static final int MAX_KEPT = 10_000;

        private final Governor governor;
        private final TrafficDirection direction;
        private final Map<String, GovernedMethod> kept = new ConcurrentHashMap<>();

        Cache(Governor governor, TrafficDirection direction) {
            this.governor = governor;
            this.direction = direction;
        }

        GovernedMethod get(MethodDescriptor<?, ?> method) {
            String name = method.getFullMethodName();
            GovernedMethod found = kept.get(name);
            if (found != null) {
                return found;
            }
            return kept.size() >= MAX_KEPT
                    ? of(name, governor, direction)
                    : kept.computeIfAbsent(name, added -> of(added, governor, direction));
        }
    }
}

package io.opensergo.rules.document;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.database.DatabaseDiscovery;
import io.opensergo.rules.database.DatabaseEndpoint;
import io.opensergo.rules.database.DistributedTransaction;
import io.opensergo.rules.database.Encryption;
import io.opensergo.rules.database.ReadWriteSplitting;
import io.opensergo.rules.database.Shadow;
import io.opensergo.rules.database.Sharding;
import io.opensergo.rules.database.VirtualDatabase;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** An immutable set of rule kinds, found by name. */
public final class RuleKinds {

    private static final RuleKinds STANDARD =
            new RuleKinds(
                    List.of(
                            FaultToleranceRule.KIND,
                            RateLimitStrategy.KIND,
                            ThrottlingStrategy.KIND,
                            ConcurrencyLimitStrategy.KIND,
                            CircuitBreakerStrategy.KIND,
                            AdaptiveOverloadProtectionStrategy.KIND,
                            HttpRequestFallbackAction.KIND,
                            TrafficRouter.KIND,
                            TrafficLane.KIND,
                            VirtualWorkload.KIND,
                            VirtualDatabase.KIND,
                            DatabaseEndpoint.KIND,
                            ReadWriteSplitting.KIND,
                            Sharding.KIND,
                            Encryption.KIND,
                            Shadow.KIND,
                            DatabaseDiscovery.KIND,
                            DistributedTransaction.KIND));

    private final Map<String, RuleKind<?>> byWireName = new LinkedHashMap<>();

    private RuleKinds(Collection<RuleKind<?>> kinds) {
        for (RuleKind<?> kind : kinds) {
            RuleKind<?> other = byWireName.putIfAbsent(kind.wireName(), kind);
            if (other != null && !other.equals(kind)) {
                throw new IllegalArgumentException(
                        "two record classes for kind "
                                + kind
                                + ": "
                                + other.type()
                                + " and "
                                + kind.type());
            }
        }
    }

    /** Returns the kinds of the specification. */
    public static RuleKinds standard() {
        return STANDARD;
    }

    /**
     * Returns the kinds of the specification, and those of every {@link RuleKindProvider} that the
     * class loader of this thread's context finds. Looks for them each time.
     *
     * @throws IllegalStateException if one of them cannot be used; the message names it and says
     *     why
     */
    public static RuleKinds installed() {
        RuleKinds kinds = STANDARD;
        try {
            for (RuleKindProvider provider : ServiceLoader.load(RuleKindProvider.class)) {
                kinds = kinds.with(provider);
            }
        } catch (ServiceConfigurationError e) {
            throw new IllegalStateException(
                    "a provider of rule kinds cannot be used: " + e.getMessage(), e);
        }
        return kinds;
    }

    private RuleKinds with(RuleKindProvider provider) {
        RuleKinds kinds = this;
        try {
            for (RuleKind<?> kind : provider.kinds()) {
                kinds = kinds.with(kind);
            }
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "the rule kinds of "
                            + provider.getClass().getName()
                            + " cannot be used: "
                            + e.getMessage(),
                    e);
        }
        return kinds;
    }

    /**
     * Returns these kinds and one more.
     *
     * @throws IllegalArgumentException if there is a kind of the same wire name with another record
     *     class, or if documents cannot be read into the record class
     */
    public RuleKinds with(RuleKind<? extends Rule> kind) {
        RecordCodec.of(kind.type());
        List<RuleKind<?>> more = new ArrayList<>(byWireName.values());
        more.add(kind);
        return new RuleKinds(more);
    }

    /** Returns every kind, those of the specification in its order and then the added ones. */
    public List<RuleKind<?>> all() {
        return List.copyOf(byWireName.values());
    }

    /** Finds a kind by its wire name, {@code <group>/<version>/<Kind>}. */
    public @Nullable RuleKind<?> find(String wireName) {
        return byWireName.get(wireName);
    }

    /**
     * Finds a kind by its short name, such as {@code RateLimitStrategy}, in any case; the first if
     * several.
     */
    public @Nullable RuleKind<?> findByName(String name) {
        for (RuleKind<?> kind : byWireName.values()) {
            if (kind.name().equalsIgnoreCase(name)) {
                return kind;
            }
        }
        return null;
    }
}

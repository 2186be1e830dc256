package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.property.DynamicSentinelProperty;
import com.alibaba.csp.sentinel.property.SentinelProperty;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import com.alibaba.csp.sentinel.slots.system.SystemRule;
import com.alibaba.csp.sentinel.slots.system.SystemRuleManager;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is needed of one of Sentinel's rule managers, which are classes of static methods.
 *
 * <p>A manager does not tell which property it listens to, and there is no other way to keep the
 * user's than to know it: so it is read from the manager's field, which has had its name in every
 * version of 1.8.
 *
 * @param name the kind of rules, for people
 * @param type the manager
 * @param registration its {@code register2Property}
 * @param rules its {@code getRules}
 * @param inForce whether it has all rules of a list
 * @param <R> the kind of rule
 */
record RuleManagerPort<R>(
        String name,
        Class<?> type,
        Consumer<SentinelProperty<List<R>>> registration,
        Supplier<List<R>> rules,
        Predicate<List<R>> inForce) {

    private static final Logger LOG = LoggerFactory.getLogger(RuleManagerPort.class);

    static final RuleManagerPort<FlowRule> FLOW =
            new RuleManagerPort<>(
                    "flow",
                    FlowRuleManager.class,
                    FlowRuleManager::register2Property,
                    FlowRuleManager::getRules,
                    ours -> Set.copyOf(FlowRuleManager.getRules()).containsAll(ours));

    static final RuleManagerPort<DegradeRule> DEGRADE =
            new RuleManagerPort<>(
                    "circuit breaker",
                    DegradeRuleManager.class,
                    DegradeRuleManager::register2Property,
                    DegradeRuleManager::getRules,
                    ours -> Set.copyOf(DegradeRuleManager.getRules()).containsAll(ours));

    static final RuleManagerPort<SystemRule> SYSTEM =
            new RuleManagerPort<>(
                    "system",
                    SystemRuleManager.class,
                    SystemRuleManager::register2Property,
                    SystemRuleManager::getRules,
                    RuleManagerPort::areWithinCpuLimit);

    /** The manager keeps the lowest limits of all rules, and not the rules. */
    private static boolean areWithinCpuLimit(List<SystemRule> rules) {
        double limit = SystemRuleManager.getCpuUsageThreshold();
        return rules.stream().allMatch(rule -> limit <= rule.getHighestCpuUsage());
    }

    /** Makes the manager listen to a property, and to no other. */
    void register(SentinelProperty<List<R>> property) {
        registration.accept(property);
    }

    /** Returns the property that the manager listens to; empty if it cannot be told. */
    @SuppressWarnings("unchecked") // the field's type
    Optional<SentinelProperty<List<R>>> currentProperty() {
        try {
            Field field = type.getDeclaredField("currentProperty");
            field.setAccessible(true);
            return Optional.of((SentinelProperty<List<R>>) field.get(null));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn(
                    "{} does not tell its property; rules of a data source registered before stay as they are now",
                    type.getName(),
                    e);
            return Optional.empty();
        }
    }

    /** Returns whether rules of ours are among those that the manager has now. */
    boolean hasAll(List<R> ours) {
        return inForce.test(ours);
    }

    /** Returns a new property with the rules that the manager has now. */
    SentinelProperty<List<R>> propertyOfRules() {
        return new DynamicSentinelProperty<>(rules.get());
    }
}

package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.Constants;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.context.Context;
import com.alibaba.csp.sentinel.slotchain.AbstractLinkedProcessorSlot;
import com.alibaba.csp.sentinel.slotchain.ResourceWrapper;
import com.alibaba.csp.sentinel.slotchain.StringResourceWrapper;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.logger.LogSlot;
import com.alibaba.csp.sentinel.slots.system.SystemBlockException;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.MetricType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Translates overload protection. Sentinel's system rules know the whole process only, and reject
 * everything above a CPU usage, but above a load only what exceeds the measured capacity.
 */
final class Overloads {

    private static final Logger LOG = LoggerFactory.getLogger(Overloads.class);

    /**
     * A refusal by a system rule names no rule. Sentinel 1.8.6 fails when it logs that, and lets
     * the request pass; 1.8.7 does not. Found out when the first rule of this kind comes.
     */
    static final boolean SYSTEM_RULES_REFUSE = isLogged(new SystemBlockException("", "cpu"));

    private Overloads() {}

    /** Returns whether a refusal gets through Sentinel's log of refusals. */
    private static boolean isLogged(BlockException refusal) {
        var log = new LogSlot();
        log.setNext(new Refusing(refusal));
        var context = new Context(null, Constants.CONTEXT_DEFAULT_NAME);
        var resource = new StringResourceWrapper("opensergo-probe", EntryType.IN);
        try {
            log.entry(context, resource, null, 0, false);
        } catch (BlockException e) {
            return true;
        } catch (Throwable e) {
            LOG.debug("System rules of this version of Sentinel refuse nothing", e);
        }
        return false;
    }

    static Translation translate(
            AdaptiveOverloadProtectionStrategy strategy,
            ResourceBinding binding,
            RuleOrigin origin) {
        if (!binding.isOfProcess()) {
            return new Translation.BySlot(
                    "it protects one resource, and Sentinel's system rules the whole process");
        }
        if (strategy.metricType() != MetricType.CPU_PERCENTAGE) {
            return new Translation.BySlot(
                    "it rejects everything above a load, and Sentinel only beyond the capacity");
        }
        if (strategy.adaptiveStrategy() != AdaptiveStrategy.NONE) {
            return new Translation.BySlot(
                    "it rejects beyond the capacity, and Sentinel everything above a CPU usage");
        }
        if (!SYSTEM_RULES_REFUSE) {
            return new Translation.BySlot(
                    "system rules of this version of Sentinel refuse nothing");
        }
        var rule = new GovernedSystemRule(origin);
        rule.setHighestCpuUsage(strategy.triggerThreshold().value());
        return new Translation.Whole(rule);
    }

    /** Refuses all requests in the same way. */
    private static final class Refusing extends AbstractLinkedProcessorSlot<Object> {

        private final BlockException refusal;

        private Refusing(BlockException refusal) {
            this.refusal = refusal;
        }

        @Override
        public void entry(
                Context context,
                ResourceWrapper resource,
                Object node,
                int count,
                boolean prioritized,
                Object... args)
                throws BlockException {
            throw refusal;
        }

        @Override
        public void exit(Context context, ResourceWrapper resource, int count, Object... args) {}
    }
}

package io.opensergo.benchmarks;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.Tracer;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRuleManager;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import java.nio.file.Path;
import java.util.List;

/**
 * Sentinel as a contender: its rules, and the shortest way through an entry.
 *
 * <p>The file of metrics that Sentinel writes each second is switched off; the statistics behind it
 * are not, since its rules are decided by them. Its logs go to the directory of temporary files. An
 * entry is outbound, which spares it the statistics of the whole process. Rules are global: load
 * them for one benchmark per process.
 */
final class Sentinel {

    private static final String RESOURCE = Guards.RESOURCE;

    static {
        System.setProperty("csp.sentinel.metric.flush.interval", "0");
        System.setProperty(
                "csp.sentinel.log.dir",
                Path.of(System.getProperty("java.io.tmpdir"), "opensergo-benchmarks-sentinel")
                        .toString());
    }

    private Sentinel() {}

    /** Makes a request that takes no time, and returns whether it was admitted. */
    static boolean pass() {
        Entry entry;
        try {
            entry = SphU.entry(RESOURCE);
        } catch (BlockException e) {
            return false;
        }
        entry.exit();
        return true;
    }

    static void load(FlowRule... rules) {
        FlowRuleManager.loadRules(List.of(rules));
    }

    static void load(DegradeRule... rules) {
        DegradeRuleManager.loadRules(List.of(rules));
    }

    static FlowRule rateLimit(double perSecond) {
        return new FlowRule(RESOURCE).setGrade(RuleConstant.FLOW_GRADE_QPS).setCount(perSecond);
    }

    static FlowRule concurrencyLimit(int max) {
        return new FlowRule(RESOURCE).setGrade(RuleConstant.FLOW_GRADE_THREAD).setCount(max);
    }

    static FlowRule throttling(double perSecond, int timeoutMillis) {
        return rateLimit(perSecond)
                .setControlBehavior(RuleConstant.CONTROL_BEHAVIOR_RATE_LIMITER)
                .setMaxQueueingTimeMs(timeoutMillis);
    }

    static DegradeRule errorRatio(int minCalls) {
        return breaker(minCalls)
                .setGrade(RuleConstant.DEGRADE_GRADE_EXCEPTION_RATIO)
                .setCount(Guards.BREAKER_PERCENT / 100.0);
    }

    static DegradeRule slowRatio(int minCalls) {
        return breaker(minCalls)
                .setGrade(RuleConstant.DEGRADE_GRADE_RT)
                .setCount((int) Guards.SLOW_CALL.toMillis())
                .setSlowRatioThreshold(Guards.BREAKER_PERCENT / 100.0);
    }

    private static DegradeRule breaker(int minCalls) {
        return new DegradeRule(RESOURCE)
                .setStatIntervalMs((int) Guards.BREAKER_WINDOW.toMillis())
                .setTimeWindow((int) Guards.FOREVER.toSeconds())
                .setMinRequestAmount(minCalls);
    }

    /** Opens a breaker by a call that fails. */
    static void open(DegradeRule errorRatio) {
        load(errorRatio);
        try {
            Entry entry = SphU.entry(RESOURCE);
            Tracer.traceEntry(new IllegalStateException("a failed call"), entry);
            entry.exit();
        } catch (BlockException e) {
            throw new IllegalStateException("the first call must pass", e);
        }
    }
}

package io.opensergo.client;

import io.opensergo.api.DecisionReport.Breaker;
import io.opensergo.api.DecisionReport.Resource;
import io.opensergo.api.DecisionReport.Strategy;
import io.opensergo.proto.internal.decision_report.v1.BreakerState;
import io.opensergo.proto.internal.decision_report.v1.DecisionReport;
import io.opensergo.proto.internal.decision_report.v1.ResourceCounts;
import io.opensergo.proto.internal.decision_report.v1.ResourceDeclaration;
import io.opensergo.proto.internal.decision_report.v1.StrategyCounts;
import io.opensergo.proto.internal.decision_report.v1.StrategyDeclaration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What has been said of a resource in a round. For one thread at a time. */
final class ReportedResource {

    private static final int LONGEST_LABEL = 256;

    /** So many strategies of a resource are reported, the first that requests meet. */
    static final int MOST_STRATEGIES = 64;

    /** A count of which the rise is said. */
    private static final class Rising {

        private long told;

        /**
         * Returns by how much it has risen. A count may fall a little, by requests that are taken
         * back: then it waits until others have made up for it. One that has fallen by more than
         * half has begun anew.
         */
        long to(long now) {
            if (now < told) {
                if (now >= told / 2) {
                    return 0;
                }
                told = 0;
            }
            long risen = now - told;
            told = now;
            return risen;
        }
    }

    /** What has been said of a strategy. */
    private static final class ReportedStrategy {

        private final Rising refused = new Rising();
        private final Rising shadowRefused = new Rising();
        private final Rising failed = new Rising();
        private final Rising slow = new Rising();
        private BreakerState breaker = BreakerState.BREAKER_STATE_CLOSED;

        /** Returns whether there is anything to say. */
        boolean write(
                Strategy strategy, boolean saysAll, boolean baseline, StrategyCounts.Builder to) {
            long refusedNow = refused.to(strategy.refused());
            long shadowNow = shadowRefused.to(strategy.shadowRefused());
            long failedNow = failed.to(strategy.failed());
            long slowNow = slow.to(strategy.slow());
            if (!baseline) {
                to.setRefused(refusedNow)
                        .setShadowRefused(shadowNow)
                        .setFailed(failedNow)
                        .setSlow(slowNow);
            }
            BreakerState was = breaker;
            breaker = stateOf(strategy);
            to.setBreaker(breaker);
            boolean hasRisen = !baseline && (refusedNow | shadowNow | failedNow | slowNow) != 0;
            boolean isOpen = breaker != BreakerState.BREAKER_STATE_CLOSED;
            return hasRisen || breaker != was || (saysAll && isOpen);
        }

        private static BreakerState stateOf(Strategy strategy) {
            Breaker state = strategy.breaker();
            if (state == null) {
                return BreakerState.BREAKER_STATE_CLOSED;
            }
            return switch (state) {
                case CLOSED -> BreakerState.BREAKER_STATE_CLOSED;
                case HALF_OPEN -> BreakerState.BREAKER_STATE_HALF_OPEN;
                case OPEN -> BreakerState.BREAKER_STATE_OPEN;
            };
        }
    }

    private final int id;
    private final Rising passed = new Rising();
    private final Rising refused = new Rising();
    private final Rising waitedMicros = new Rising();
    private long inFlight;
    private List<StrategyDeclaration> declared = List.of();
    private Map<StrategyDeclaration, ReportedStrategy> strategies = Map.of();
    private boolean isDeclared;

    ReportedResource(int id) {
        this.id = id;
    }

    /**
     * Adds what is new of it to a message.
     *
     * @param baseline whether its counts are what the next ones are compared with, and not said
     * @return how large that is, more or less
     */
    int write(Resource resource, boolean baseline, DecisionReport.Builder message) {
        List<StrategyDeclaration> now =
                resource.strategies().stream()
                        .limit(MOST_STRATEGIES)
                        .map(ReportedResource::declaration)
                        .toList();
        boolean declares = !isDeclared || !now.equals(declared);
        int bytes = 0;
        if (declares) {
            bytes += declare(resource, now, message);
        }
        ResourceCounts.Builder counts = ResourceCounts.newBuilder().setId(id);
        if (writeCounts(resource, declares, baseline, counts)) {
            ResourceCounts built = counts.build();
            message.addCounts(built);
            bytes += built.getSerializedSize();
        }
        return bytes;
    }

    /** A strategy that was there keeps what has been said of it. */
    private int declare(
            Resource resource, List<StrategyDeclaration> now, DecisionReport.Builder message) {
        Map<StrategyDeclaration, ReportedStrategy> kept = new HashMap<>();
        for (StrategyDeclaration each : now) {
            ReportedStrategy before = strategies.get(identity(each));
            kept.put(identity(each), before == null ? new ReportedStrategy() : before);
        }
        strategies = kept;
        declared = now;
        isDeclared = true;
        ResourceDeclaration declaration =
                ResourceDeclaration.newBuilder()
                        .setId(id)
                        .setResource(label(resource.name()))
                        .setOutbound(resource.outbound())
                        .addAllStrategies(now)
                        .build();
        message.addDeclarations(declaration);
        return declaration.getSerializedSize();
    }

    private boolean writeCounts(
            Resource resource, boolean saysAll, boolean baseline, ResourceCounts.Builder to) {
        long passedNow = passed.to(resource.passed());
        long refusedNow = refused.to(resource.refused());
        long waitedNow =
                waitedMicros.to(TimeUnit.NANOSECONDS.toMicros(resource.waited().toNanos()));
        long before = saysAll ? 0 : inFlight;
        inFlight = Math.max(0, resource.inFlight());
        to.setInFlight(inFlight);
        boolean isNews = inFlight != before;
        if (!baseline) {
            to.setPassed(passedNow).setRefused(refusedNow).setWaitedMicros(waitedNow);
            isNews |= (passedNow | refusedNow | waitedNow) != 0;
        }
        List<StrategyCounts> each = new ArrayList<>(0);
        for (int i = 0; i < declared.size(); i++) {
            StrategyCounts.Builder counts = StrategyCounts.newBuilder().setIndex(i);
            ReportedStrategy strategy = strategies.get(identity(declared.get(i)));
            if (strategy != null
                    && strategy.write(resource.strategies().get(i), saysAll, baseline, counts)) {
                each.add(counts.build());
            }
        }
        to.addAllStrategies(each);
        return isNews || !each.isEmpty();
    }

    /** A strategy that becomes a shadow, or is no more, is the same one. */
    private static StrategyDeclaration identity(StrategyDeclaration declaration) {
        return declaration.getShadow()
                ? declaration.toBuilder().setShadow(false).build()
                : declaration;
    }

    private static StrategyDeclaration declaration(Strategy strategy) {
        return StrategyDeclaration.newBuilder()
                .setRule(label(strategy.rule()))
                .setKind(label(strategy.kind()))
                .setName(label(strategy.name()))
                .setShadow(strategy.shadow())
                .build();
    }

    /** Returns a text that is not too long, and that protobuf can write. */
    static String label(String text) {
        String cut =
                text.length() <= LONGEST_LABEL ? text : text.substring(0, LONGEST_LABEL - 1) + "…";
        return cut.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)
                ? cut.replaceAll("[\\uD800-\\uDFFF]", "?")
                : cut;
    }
}

package io.opensergo.controlplane;

import io.opensergo.proto.internal.decision_report.v1.BreakerState;
import io.opensergo.proto.internal.decision_report.v1.StrategyCounts;
import io.opensergo.proto.internal.decision_report.v1.StrategyDeclaration;

/**
 * What a strategy of a resource did in all instances, since it was first reported. Guarded by the
 * lock of {@link Decisions}.
 */
final class StrategyDecisions {

    /** No count goes on beyond. */
    private static final long MOST = Long.MAX_VALUE / 2;

    private final String rule;
    private final String kind;
    private final String name;

    /** Its place among the circuit breakers of its resource; -1 if it is none. */
    private final int breakerNumber;

    private boolean shadow;
    private long refused;
    private long shadowRefused;
    private long failed;
    private long slow;
    private int open;
    private int halfOpen;

    StrategyDecisions(StrategyDeclaration declaration, int breakerNumber) {
        this.rule = ClientText.label(declaration.getRule());
        this.kind = ClientText.label(declaration.getKind());
        this.name = ClientText.label(declaration.getName());
        this.breakerNumber = breakerNumber;
    }

    int breakerNumber() {
        return breakerNumber;
    }

    boolean is(StrategyDeclaration declaration) {
        return isSaid(name, declaration.getName())
                && isSaid(kind, declaration.getKind())
                && isSaid(rule, declaration.getRule());
    }

    private static boolean isSaid(String known, String said) {
        return known.equals(said) || known.equals(ClientText.label(said));
    }

    /** Takes what the latest of the instances says of it. */
    void shadow(boolean now) {
        shadow = now;
    }

    void add(StrategyCounts counts) {
        refused = sum(refused, counts.getRefused());
        shadowRefused = sum(shadowRefused, counts.getShadowRefused());
        failed = sum(failed, counts.getFailed());
        slow = sum(slow, counts.getSlow());
    }

    private static long sum(long count, long more) {
        return Math.min(MOST, count + Counted.amount(more));
    }

    /** Moves a breaker of an instance from a state to another. */
    void moved(BreakerState from, BreakerState to) {
        count(from, -1);
        count(to, 1);
    }

    private void count(BreakerState state, int one) {
        if (state == BreakerState.BREAKER_STATE_OPEN) {
            open += one;
        } else if (state == BreakerState.BREAKER_STATE_HALF_OPEN) {
            halfOpen += one;
        }
    }

    ReportedDecisions.Strategy view() {
        return new ReportedDecisions.Strategy(
                rule,
                kind,
                name,
                shadow,
                refused,
                shadowRefused,
                failed,
                slow,
                breakerNumber >= 0,
                open,
                halfOpen);
    }
}

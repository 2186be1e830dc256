package io.opensergo.controlplane;

import io.opensergo.controlplane.CountRing.Count;
import io.opensergo.proto.internal.decision_report.v1.ResourceCounts;
import io.opensergo.proto.internal.decision_report.v1.StrategyCounts;
import io.opensergo.proto.internal.decision_report.v1.StrategyDeclaration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What all instances of an application have decided on a resource. Guarded by the lock of {@link
 * Decisions}.
 */
final class ResourceDecisions {

    /** Instances with different versions of the rules may name different ones. */
    static final int MOST_STRATEGIES = 64;

    /** The states of so many are kept for each instance. */
    static final int MOST_BREAKERS = 8;

    private static final int BYTES = 400 + CountRing.BYTES;
    private static final int BYTES_OF_STRATEGY = 200;

    private final String name;
    private final boolean outbound;
    private final String owner;
    private final CountRing counts = new CountRing();
    private final List<StrategyDecisions> strategies = new ArrayList<>(2);
    private int breakers;
    private int instances;
    private long inFlight;
    private long waitedRestMicros;

    /**
     * @param owner whom its memory is counted for
     */
    ResourceDecisions(String name, boolean outbound, String owner) {
        this.name = name;
        this.outbound = outbound;
        this.owner = owner;
    }

    String owner() {
        return owner;
    }

    /** What it takes, more or less. */
    static long bytes(String name) {
        return BYTES + 2L * name.length() + 2 * BYTES_OF_STRATEGY;
    }

    void joined() {
        instances++;
    }

    void left() {
        instances--;
    }

    boolean isUnusedSince(long slot) {
        return instances == 0 && counts.isQuietSince(slot);
    }

    /** Returns the place of a strategy, which is new if it was not known; -1 if it is too many. */
    int place(StrategyDeclaration declaration) {
        int place = 0;
        while (place < strategies.size() && !strategies.get(place).is(declaration)) {
            place++;
        }
        if (place == MOST_STRATEGIES) {
            return -1;
        }
        if (place == strategies.size()) {
            boolean isBreaker =
                    declaration.getKind().equals("CircuitBreakerStrategy")
                            && breakers < MOST_BREAKERS;
            strategies.add(new StrategyDecisions(declaration, isBreaker ? breakers++ : -1));
        }
        strategies.get(place).shadow(declaration.getShadow());
        return place;
    }

    StrategyDecisions strategy(int place) {
        return strategies.get(place);
    }

    int strategies() {
        return strategies.size();
    }

    void add(ResourceCounts said, Span span, CountRing ofApplication) {
        add(Count.PASSED, said.getPassed(), span, ofApplication);
        add(Count.REFUSED, said.getRefused(), span, ofApplication);
        waitedRestMicros += Counted.amount(said.getWaitedMicros());
        long millis = TimeUnit.MICROSECONDS.toMillis(waitedRestMicros);
        waitedRestMicros -= TimeUnit.MILLISECONDS.toMicros(millis);
        add(Count.WAITED_MILLIS, millis, span, ofApplication);
    }

    void add(int place, StrategyCounts said, Span span, CountRing ofApplication) {
        add(Count.SHADOW_REFUSED, said.getShadowRefused(), span, ofApplication);
        add(Count.FAILED, said.getFailed(), span, ofApplication);
        add(Count.SLOW, said.getSlow(), span, ofApplication);
        strategies.get(place).add(said);
    }

    private void add(Count count, long said, Span span, CountRing ofApplication) {
        long amount = Counted.amount(said);
        counts.add(count, amount, span);
        ofApplication.add(count, amount, span);
    }

    void inFlight(long difference) {
        inFlight += difference;
    }

    CountRing counts() {
        return counts;
    }

    ReportedDecisions.Resource view(SlotView slots) {
        return new ReportedDecisions.Resource(
                name,
                outbound,
                instances,
                slots.perSecond(counts, Count.PASSED),
                slots.perSecond(counts, Count.REFUSED),
                slots.perSecond(counts, Count.SHADOW_REFUSED),
                slots.perSecond(counts, Count.FAILED),
                slots.perSecond(counts, Count.SLOW),
                slots.perSecond(counts, Count.WAITED_MILLIS) / 1000,
                inFlight,
                slots.peakPerSecond(counts),
                slots.sum(counts, Count.PASSED),
                slots.sum(counts, Count.REFUSED),
                strategies.stream().map(StrategyDecisions::view).toList());
    }
}

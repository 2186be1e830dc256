package io.opensergo.controlplane;

import io.opensergo.proto.internal.decision_report.v1.ResourceDeclaration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the instances of an application decide, of all of them together. Guarded by the lock of
 * {@link Decisions}.
 */
final class ApplicationDecisions {

    static final int MOST_RESOURCES = 10_000;

    /** An application of a namespace. */
    record Key(String namespace, String app) {}

    private record Resource(String name, boolean outbound) {}

    private final Key key;
    private final DecisionBudget budget;
    private final Set<DecisionStream> streams = new LinkedHashSet<>();
    private final Map<Resource, ResourceDecisions> resources = new LinkedHashMap<>();
    private final CountRing counts = new CountRing();
    private final long[] reportedSlots = new long[Span.SLOTS];
    private long since;
    private long lookedAt;
    private boolean isWanted;
    private @Nullable PlanOfInstance latestPlan;

    ApplicationDecisions(Key key, DecisionBudget budget, long now) {
        this.key = key;
        this.budget = budget;
        this.lookedAt = now - Decisions.LOOK_NANOS;
        Arrays.fill(reportedSlots, -1);
    }

    Key key() {
        return key;
    }

    Set<DecisionStream> streams() {
        return streams;
    }

    CountRing counts() {
        return counts;
    }

    void lookedAt(long now) {
        lookedAt = now;
    }

    /** Returns whether reports are wanted, and notes since when. */
    boolean isWanted(long now, long allLookedAt) {
        boolean wanted = now - Math.max(lookedAt, allLookedAt) < Decisions.LOOK_NANOS;
        if (wanted && !isWanted) {
            since = now;
        }
        isWanted = wanted;
        return wanted;
    }

    /**
     * Returns the same plan as another instance has, so that there is one of it; {@code null} if
     * none has it.
     */
    @Nullable PlanOfInstance known(PlanOfInstance plan) {
        PlanOfInstance latest = latestPlan;
        if (latest != null && latest.equals(plan)) {
            return latest;
        }
        latestPlan = plan;
        return null;
    }

    /** Returns a resource, which is new if it was not known; {@code null} if there is no room. */
    @Nullable ResourceDecisions resource(ResourceDeclaration declaration, String client) {
        var named =
                new Resource(
                        ClientText.label(declaration.getResource()), declaration.getOutbound());
        ResourceDecisions known = resources.get(named);
        if (known == null
                && resources.size() < MOST_RESOURCES
                && budget.take(client, ResourceDecisions.bytes(named.name()))) {
            known = new ResourceDecisions(named.name(), named.outbound(), client);
            resources.put(named, known);
        }
        return known;
    }

    void reported(Span span) {
        for (long slot = span.firstSlot(); slot <= span.lastSlot(); slot++) {
            reportedSlots[(int) (slot % Span.SLOTS)] = slot;
        }
    }

    /** Forgets resources that no instance has and nothing was told of for five minutes. */
    void forgetUnused(long now) {
        long slot = Span.slotOf(now) - Span.SLOTS;
        resources
                .entrySet()
                .removeIf(
                        each -> {
                            boolean isUnused = each.getValue().isUnusedSince(slot);
                            if (isUnused) {
                                budget.release(
                                        each.getValue().owner(),
                                        ResourceDecisions.bytes(each.getKey().name()));
                            }
                            return isUnused;
                        });
    }

    boolean isEmpty() {
        return streams.isEmpty() && resources.isEmpty();
    }

    long entries() {
        return streams.stream().mapToLong(DecisionStream::entries).sum();
    }

    private SlotView slots(long now) {
        var reported = new BitSet(Span.SLOTS);
        long newest = Span.slotOf(now);
        for (int i = 0; i < Span.SLOTS; i++) {
            long slot = newest - Span.SLOTS + 1 + i;
            reported.set(i, slot >= 0 && reportedSlots[(int) (slot % Span.SLOTS)] == slot);
        }
        return new SlotView(now, since, reported);
    }

    ReportedDecisions view(long now) {
        SlotView slots = slots(now);
        return new ReportedDecisions(
                key.namespace(),
                key.app(),
                streams.stream().map(DecisionStream::view).toList(),
                resources.values().stream()
                        .map(each -> each.view(slots))
                        .sorted(
                                Comparator.comparing(ReportedDecisions.Resource::name)
                                        .thenComparing(ReportedDecisions.Resource::outbound))
                        .toList(),
                streams.stream().mapToLong(DecisionStream::leftOut).sum());
    }

    List<DecisionHistory.Point> points(@Nullable String resource, boolean outbound, long now) {
        CountRing ring = counts;
        if (resource != null) {
            ResourceDecisions found = resources.get(new Resource(resource, outbound));
            ring = found == null ? new CountRing() : found.counts();
        }
        return slots(now).points(ring);
    }
}

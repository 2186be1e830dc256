package io.opensergo.controlplane;

import io.opensergo.proto.internal.decision_report.v1.BreakerState;
import io.opensergo.proto.internal.decision_report.v1.ResourceCounts;
import io.opensergo.proto.internal.decision_report.v1.ResourceDeclaration;
import io.opensergo.proto.internal.decision_report.v1.StrategyCounts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one instance and round: which resource each of its numbers means, and what of it
 * is so now, to be taken back when it leaves. Four bytes for a resource on which nothing is in
 * flight and no breaker is open. Guarded by the lock of {@link Decisions}.
 */
final class InstanceDecisions {

    private static final int MOST_RESOURCES = 10_000;
    private static final BreakerState[] STATES = {
        BreakerState.BREAKER_STATE_CLOSED,
        BreakerState.BREAKER_STATE_HALF_OPEN,
        BreakerState.BREAKER_STATE_OPEN
    };

    private final ApplicationDecisions application;
    private final DecisionBudget budget;
    private final String client;

    /** By their numbers; {@code null} for one that there was no room for. */
    private @Nullable ResourceDecisions[] resources = new ResourceDecisions[0];

    private int size;
    private int @Nullable [] inFlight;

    /** Two bits for each breaker of a resource. */
    private short @Nullable [] breakers;

    /**
     * Where the strategies of a resource are, where that is not the order in which it says them.
     */
    private final Map<Integer, byte[]> places = new HashMap<>();

    private long charged;
    private int leftOut;

    /** Whether there is no memory for further ones. */
    private boolean isFull;

    InstanceDecisions(ApplicationDecisions application, DecisionBudget budget, String client) {
        this.application = application;
        this.budget = budget;
        this.client = client;
    }

    /** How many resources of it there was no room for. */
    int leftOut() {
        return leftOut;
    }

    int size() {
        return size;
    }

    /** Returns what is wrong with a declaration; {@code null} if it was taken, or left out. */
    @Nullable String declare(ResourceDeclaration declaration) {
        int id = declaration.getId();
        if (isFull && id >= size) {
            leftOut++;
            return null;
        }
        if (id < 0 || id > size || id >= MOST_RESOURCES) {
            return "a resource has the number " + Integer.toUnsignedString(id) + " of " + size;
        }
        if (id < size) {
            ResourceDecisions before = resources[id];
            if (before != null) {
                clearStates(id, before);
                place(id, before, declaration);
            }
            return null;
        }
        if (!grow(size + 1)) {
            isFull = true;
            leftOut++;
            return null;
        }
        ResourceDecisions resource = application.resource(declaration, client);
        resources[size] = resource;
        size++;
        if (resource == null) {
            leftOut++;
        } else {
            resource.joined();
            place(id, resource, declaration);
        }
        return null;
    }

    private boolean grow(int needed) {
        if (needed <= resources.length) {
            return true;
        }
        int length = Math.min(MOST_RESOURCES, Math.max(8, needed + needed / 4));
        if (!charge(4L * (length - resources.length))) {
            return false;
        }
        resources = Arrays.copyOf(resources, length);
        inFlight = inFlight == null ? null : Arrays.copyOf(inFlight, length);
        breakers = breakers == null ? null : Arrays.copyOf(breakers, length);
        return true;
    }

    private boolean charge(long bytes) {
        if (!budget.take(client, bytes)) {
            return false;
        }
        charged += bytes;
        return true;
    }

    private void place(int id, ResourceDecisions resource, ResourceDeclaration declaration) {
        int count = Math.min(declaration.getStrategiesCount(), ResourceDecisions.MOST_STRATEGIES);
        byte[] found = new byte[count];
        boolean isInOrder = true;
        for (int i = 0; i < count; i++) {
            found[i] = (byte) resource.place(declaration.getStrategies(i));
            isInOrder &= found[i] == i;
        }
        boolean known = places.remove(id) != null;
        if (!isInOrder && (known || charge(64L + count))) {
            places.put(id, found);
        }
    }

    private int placeOf(int id, int index, ResourceDecisions resource) {
        byte[] found = places.get(id);
        if (found != null) {
            return index < 0 || index >= found.length ? -1 : found[index];
        }
        return index < 0 || index >= resource.strategies() ? -1 : index;
    }

    /** Takes counts; those of a resource that there was no room for are nothing. */
    void count(ResourceCounts counts, Span span) {
        int id = counts.getId();
        ResourceDecisions resource = id < 0 || id >= size ? null : resources[id];
        if (resource == null) {
            return;
        }
        CountRing all = application.counts();
        resource.add(counts, span, all);
        flight(id, resource, Counted.gauge(counts.getInFlight()));
        int most = Math.min(counts.getStrategiesCount(), ResourceDecisions.MOST_STRATEGIES);
        for (int i = 0; i < most; i++) {
            StrategyCounts each = counts.getStrategies(i);
            int place = placeOf(id, each.getIndex(), resource);
            if (place >= 0) {
                resource.add(place, each, span, all);
                breaker(id, resource.strategy(place), each.getBreaker());
            }
        }
    }

    private void flight(int id, ResourceDecisions resource, int now) {
        if (inFlight == null) {
            if (now == 0 || !charge(4L * MOST_RESOURCES)) {
                return;
            }
            inFlight = new int[resources.length];
        }
        resource.inFlight((long) now - inFlight[id]);
        inFlight[id] = now;
    }

    private void breaker(int id, StrategyDecisions strategy, BreakerState said) {
        int number = strategy.breakerNumber();
        BreakerState now =
                said == BreakerState.UNRECOGNIZED ? BreakerState.BREAKER_STATE_CLOSED : said;
        if (number < 0) {
            return;
        }
        if (breakers == null) {
            if (now == BreakerState.BREAKER_STATE_CLOSED || !charge(2L * MOST_RESOURCES)) {
                return;
            }
            breakers = new short[resources.length];
        }
        int shift = 2 * number;
        BreakerState before = STATES[(breakers[id] >> shift) & 3];
        strategy.moved(before, now);
        breakers[id] = (short) ((breakers[id] & ~(3 << shift)) | (now.getNumber() << shift));
    }

    private void clearStates(int id, ResourceDecisions resource) {
        flight(id, resource, 0);
        if (breakers != null && breakers[id] != 0) {
            for (int i = 0; i < resource.strategies(); i++) {
                breaker(id, resource.strategy(i), BreakerState.BREAKER_STATE_CLOSED);
            }
        }
    }

    /** Takes everything back that is so no more when it is gone. */
    void leave() {
        for (int id = 0; id < size; id++) {
            ResourceDecisions resource = resources[id];
            if (resource != null) {
                clearStates(id, resource);
                resource.left();
            }
        }
        size = 0;
        places.clear();
        budget.release(client, charged);
        charged = 0;
    }
}

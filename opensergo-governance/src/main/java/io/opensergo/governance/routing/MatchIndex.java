package io.opensergo.governance.routing;

import java.util.List;

/**
 * An immutable index over entries of {@code match}: finds the first one that holds for a request,
 * without a look at those that cannot.
 *
 * <p>Each entry is filed under one text that a request must have for it to hold. A search looks up
 * what the request has, and checks the other conditions of the entries filed there; a large group
 * of them is an index again. It keeps the lowest rank found so far and leaves out everything behind
 * it, so that the order of the look-ups does not matter for the result. {@link IndexBuilder}
 * decides what is filed where.
 */
final class MatchIndex {

    /** The rank behind every entry: the result of a search that finds none. */
    static final int NONE = Integer.MAX_VALUE;

    private static final IndexProbe[] NO_PROBES = {};

    private final int first;

    /** Whether the first entry holds for every request that gets here: then the rest is idle. */
    private final boolean firstHolds;

    private final IndexProbe[] probes;

    /** The entries that are checked one by one, in order. */
    private final int[] ranks;

    private final Condition[][] conditions;

    MatchIndex(int first, List<IndexProbe> probes, List<Candidate> unfiled) {
        this.first = first;
        this.firstHolds =
                !unfiled.isEmpty()
                        && unfiled.get(0).rank() == first
                        && unfiled.get(0).conditions().isEmpty();
        this.probes =
                probes.isEmpty() || firstHolds ? NO_PROBES : probes.toArray(IndexProbe[]::new);
        List<Candidate> checked = firstHolds ? List.of() : unfiled;
        this.ranks = checked.stream().mapToInt(Candidate::rank).toArray();
        this.conditions =
                checked.stream()
                        .map(each -> each.conditions().toArray(Condition[]::new))
                        .toArray(Condition[][]::new);
    }

    /** The lowest rank in it, or {@link #NONE}. */
    int first() {
        return first;
    }

    /** Whether the first entry holds for every request that gets here. */
    boolean firstHolds() {
        return firstHolds;
    }

    /**
     * Returns the lowest rank below a bound whose entry holds.
     *
     * @return the bound, if there is none
     */
    int search(RequestView request, int bound) {
        if (first >= bound || firstHolds) {
            return Math.min(first, bound);
        }
        int best = bound;
        for (IndexProbe probe : probes) {
            if (probe.first() < best) {
                best = probe.search(request, best);
            }
        }
        for (int i = 0; i < ranks.length && ranks[i] < best; i++) {
            if (allHold(conditions[i], request)) {
                return ranks[i];
            }
        }
        return best;
    }

    private static boolean allHold(Condition[] conditions, RequestView request) {
        for (Condition condition : conditions) {
            if (!condition.holds(request)) {
                return false;
            }
        }
        return true;
    }
}

package io.opensergo.governance.routing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The routers that decide, by the hosts they are for. Immutable. */
final class RouterIndex {

    private final MatchIndex all;
    private final MatchIndex hostless;
    private final HostTable hosts;

    /** Takes routers in the order in which they are tried. */
    RouterIndex(List<CompiledRouter> routers) {
        var indexes = new Indexes();
        all = indexes.of(routers);
        hostless = indexes.of(routers.stream().filter(each -> each.hosts().isEmpty()).toList());
        hosts =
                new HostTable(
                        routers.stream().filter(each -> !each.hosts().isEmpty()).toList(),
                        indexes::of);
    }

    /** Returns the rank of the first entry that holds, or {@link MatchIndex#NONE}. */
    int search(RequestView request) {
        String host = request.host();
        if (host == null) {
            return all.search(request, MatchIndex.NONE);
        }
        int rank = searchHostless(request);
        HostTable.Scope scope = hosts.find(host);
        return scope == null ? rank : scope.index().search(request, rank);
    }

    /** Returns how specific the pattern is that selects a host, or {@link HostPatterns#NONE}. */
    int specificity(String host) {
        HostTable.Scope scope = hosts.find(host);
        return scope == null ? HostPatterns.NONE : scope.specificity();
    }

    /** Returns the lowest rank below a bound, whatever the host; the bound, if there is none. */
    int searchAll(RequestView request, int bound) {
        return all.search(request, bound);
    }

    /** Returns the rank of the first entry that holds of routers without hosts. */
    int searchHostless(RequestView request) {
        return hostless.search(request, MatchIndex.NONE);
    }

    /** Makes each index once, as several hosts mostly have the same routers. */
    private static final class Indexes {

        private final Map<Integer, List<Candidate>> candidates = new HashMap<>();
        private final Map<List<Integer>, MatchIndex> byPositions = new HashMap<>();

        MatchIndex of(List<CompiledRouter> routers) {
            return byPositions.computeIfAbsent(
                    routers.stream().map(CompiledRouter::position).toList(),
                    positions ->
                            IndexBuilder.build(
                                    routers.stream().flatMap(this::candidatesOf).toList()));
        }

        private Stream<Candidate> candidatesOf(CompiledRouter router) {
            return candidates
                    .computeIfAbsent(router.position(), position -> router.candidates())
                    .stream();
        }
    }
}

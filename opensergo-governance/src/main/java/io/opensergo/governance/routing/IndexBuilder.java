package io.opensergo.governance.routing;

import io.opensergo.governance.routing.AccessKey.Probe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides under which key each entry is filed.
 *
 * <p>Costs are counted in checks of one condition. An entry that is not filed costs each request
 * one. Filed, it costs its share of the look-up, which all entries of that look-up bear together,
 * and its share of a visit to its group, which a request pays only if it has that key: of requests
 * that are spread over the entries, those that visit a group are as many as it has members. The
 * cheapest key wins, if it beats not being filed.
 */
final class IndexBuilder {

    /** Groups up to this size are checked one by one. */
    private static final int MAX_CHECKED = 4;

    private final List<Candidate> candidates;
    private final Map<Probe, Integer> usersOfProbe = new HashMap<>();
    private final Map<Filing, Integer> usersOfKey = new HashMap<>();

    /** A key without regard to whose it is. */
    private record Filing(Probe probe, String text) {

        static Filing of(AccessKey key) {
            return new Filing(key.probe(), key.text());
        }
    }

    private IndexBuilder(List<Candidate> candidates) {
        this.candidates = candidates;
    }

    /** Builds the index of candidates in ascending order of their ranks. */
    static MatchIndex build(List<Candidate> candidates) {
        int first = candidates.isEmpty() ? MatchIndex.NONE : candidates.get(0).rank();
        if (candidates.size() <= MAX_CHECKED) {
            return new MatchIndex(first, List.of(), candidates);
        }
        return new IndexBuilder(candidates).build(first);
    }

    private MatchIndex build(int first) {
        count();
        Map<Probe, Map<String, List<Candidate>>> filed = new LinkedHashMap<>();
        List<Candidate> unfiled = new ArrayList<>();
        for (Candidate candidate : candidates) {
            AccessKey key = cheapestKey(candidate);
            if (key == null) {
                unfiled.add(candidate);
            } else {
                filed.computeIfAbsent(key.probe(), probe -> new HashMap<>())
                        .computeIfAbsent(key.text(), text -> new ArrayList<>())
                        .add(candidate.having(key));
            }
        }
        return new MatchIndex(first, probes(filed), unfiled);
    }

    /** Cheap look-ups come first, since what they find spares a search the others. */
    private static List<IndexProbe> probes(Map<Probe, Map<String, List<Candidate>>> filed) {
        Map<AccessKey.Way, List<IndexProbe>> byWay = new TreeMap<>();
        filed.forEach(
                (probe, groups) -> {
                    Map<String, MatchIndex> indexes = new HashMap<>();
                    groups.forEach((text, group) -> indexes.put(text, build(group)));
                    byWay.computeIfAbsent(probe.way(), way -> new ArrayList<>())
                            .add(IndexProbe.of(probe, indexes));
                });
        return byWay.values().stream().flatMap(List::stream).toList();
    }

    private void count() {
        for (Candidate candidate : candidates) {
            Set<Probe> probes = new HashSet<>();
            Set<Filing> filings = new HashSet<>();
            for (AccessKey key : candidate.keys()) {
                probes.add(key.probe());
                filings.add(Filing.of(key));
            }
            probes.forEach(probe -> usersOfProbe.merge(probe, 1, Integer::sum));
            filings.forEach(filing -> usersOfKey.merge(filing, 1, Integer::sum));
        }
    }

    private @Nullable AccessKey cheapestKey(Candidate candidate) {
        AccessKey cheapest = null;
        double lowest = 1;
        for (AccessKey key : candidate.keys()) {
            double cost = cost(key);
            if (cost < lowest) {
                lowest = cost;
                cheapest = key;
            }
        }
        return cheapest;
    }

    private double cost(AccessKey key) {
        double lookUp = key.probe().way().cost() / (double) users(usersOfProbe, key.probe());
        double visit = users(usersOfKey, Filing.of(key)) / (double) candidates.size();
        return lookUp + visit;
    }

    private static <K> int users(Map<K, Integer> counts, K key) {
        return counts.getOrDefault(key, 1);
    }
}

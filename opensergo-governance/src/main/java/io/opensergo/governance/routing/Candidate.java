package io.opensergo.governance.routing;

import java.util.List;

/**
 * An entry of {@code match} on its way into an index: what is left to check of it, and the keys by
 * which it may be filed.
 *
 * @param rank its place in the order in which entries are tried; no two are equal
 * @param conditions the conditions that are not settled yet
 * @param keys the keys that are not used yet
 */
record Candidate(int rank, List<Condition> conditions, List<AccessKey> keys) {

    static Candidate of(int rank, List<Condition> conditions) {
        return new Candidate(
                rank,
                conditions,
                conditions.stream().flatMap(c -> AccessKey.of(c).stream()).toList());
    }

    /** Returns what is left once a request is known to have a key. */
    Candidate having(AccessKey key) {
        return new Candidate(
                rank,
                key.settles()
                        ? conditions.stream().filter(c -> c != key.condition()).toList()
                        : conditions,
                keys.stream().filter(k -> !k.equals(key)).toList());
    }
}

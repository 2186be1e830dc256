package io.opensergo.governance.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the routers that the most specific pattern of a host belongs to. Immutable. */
final class HostTable {

    private final TextTable<Scope> names;
    private final Trie<Scope> suffixes;
    private final Trie<Scope> prefixes;
    private final @Nullable Scope anyHost;

    /**
     * The routers that share a pattern.
     *
     * @param index their entries
     * @param specificity how specific the pattern is
     */
    record Scope(MatchIndex index, int specificity) {}

    /** Takes routers that have hosts, in order, and a way to index some of them. */
    HostTable(List<CompiledRouter> routers, Function<List<CompiledRouter>, MatchIndex> indexOf) {
        Map<String, List<CompiledRouter>> byName = new HashMap<>();
        Map<String, List<CompiledRouter>> bySuffix = new HashMap<>();
        Map<String, List<CompiledRouter>> byPrefix = new HashMap<>();
        List<CompiledRouter> ofAnyHost = new ArrayList<>();
        for (CompiledRouter router : routers) {
            HostPatterns hosts = router.hosts();
            hosts.names().forEach(name -> add(byName, name, router));
            hosts.suffixes().forEach(suffix -> add(bySuffix, suffix, router));
            hosts.prefixes().forEach(prefix -> add(byPrefix, prefix, router));
            if (hosts.anyHost()) {
                ofAnyHost.add(router);
            }
        }
        names = new TextTable<>(scopes(byName, name -> HostPatterns.OF_NAME, indexOf));
        suffixes =
                new Trie<>(
                        Trie.Reading.BACKWARD_IGNORING_CASE,
                        reversed(scopes(bySuffix, HostPatterns::ofSuffix, indexOf)));
        prefixes =
                new Trie<>(
                        Trie.Reading.FORWARD_IGNORING_CASE,
                        scopes(byPrefix, HostPatterns::ofPrefix, indexOf));
        anyHost =
                ofAnyHost.isEmpty()
                        ? null
                        : new Scope(indexOf.apply(ofAnyHost), HostPatterns.ANY_HOST);
    }

    private static void add(
            Map<String, List<CompiledRouter>> byText, String text, CompiledRouter router) {
        byText.computeIfAbsent(text, key -> new ArrayList<>()).add(router);
    }

    private static Map<String, Scope> scopes(
            Map<String, List<CompiledRouter>> byText,
            Function<String, Integer> specificity,
            Function<List<CompiledRouter>, MatchIndex> indexOf) {
        Map<String, Scope> scopes = new HashMap<>();
        byText.forEach(
                (text, routers) ->
                        scopes.put(
                                text, new Scope(indexOf.apply(routers), specificity.apply(text))));
        return scopes;
    }

    private static Map<String, Scope> reversed(Map<String, Scope> scopes) {
        Map<String, Scope> reversed = new HashMap<>();
        scopes.forEach(
                (text, scope) -> reversed.put(new StringBuilder(text).reverse() + "", scope));
        return reversed;
    }

    /** Returns the routers for a host, or {@code null} if it has none. */
    @Nullable Scope find(String host) {
        Scope scope = names.get(host);
        if (scope == null && AsciiCase.hasCapital(host)) {
            scope = names.getIgnoringCase(host);
        }
        if (scope == null) {
            scope = suffixes.longestBelow(host);
        }
        if (scope == null) {
            scope = prefixes.longestBelow(host);
        }
        return scope == null ? anyHost : scope;
    }
}

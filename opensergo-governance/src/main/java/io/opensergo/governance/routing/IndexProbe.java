package io.opensergo.governance.routing;

import io.opensergo.governance.routing.AccessKey.Probe;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One look-up of a {@link MatchIndex}. Immutable. */
abstract sealed class IndexProbe {

    private final int first;
    private final Attribute attribute;

    private IndexProbe(Attribute attribute, Map<String, MatchIndex> filed) {
        this.attribute = attribute;
        this.first =
                filed.values().stream().mapToInt(MatchIndex::first).min().orElse(MatchIndex.NONE);
    }

    static IndexProbe of(Probe probe, Map<String, MatchIndex> filed) {
        return switch (probe.way()) {
            case EXACT -> new Exact(probe.attribute(), filed);
            case PREFIX -> new Prefix(probe.attribute(), Trie.Reading.FORWARD, filed);
            case PREFIX_IGNORING_CASE ->
                    new Prefix(probe.attribute(), Trie.Reading.FORWARD_IGNORING_CASE, filed);
            case CONTAINS -> new Contains(probe.attribute(), filed);
        };
    }

    /** The lowest rank in it. */
    final int first() {
        return first;
    }

    /** As {@link MatchIndex#search}. */
    final int search(RequestView request, int bound) {
        String text = attribute.read(request);
        return text == null ? bound : search(text, request, bound);
    }

    abstract int search(String text, RequestView request, int bound);

    private static int searchIn(@Nullable MatchIndex filed, RequestView request, int bound) {
        return filed == null ? bound : filed.search(request, bound);
    }

    private static final class Exact extends IndexProbe {

        private final TextTable<MatchIndex> table;

        /** The first rank of the groups whose first entry holds, by slot; it saves a visit. */
        private final int[] settled;

        Exact(Attribute attribute, Map<String, MatchIndex> filed) {
            super(attribute, filed);
            this.table = new TextTable<>(filed);
            this.settled = new int[table.capacity()];
            for (int slot = 0; slot < settled.length; slot++) {
                MatchIndex group = table.valueAt(slot);
                settled[slot] =
                        group != null && group.firstHolds() ? group.first() : MatchIndex.NONE;
            }
        }

        @Override
        int search(String text, RequestView request, int bound) {
            int slot = table.slotOf(text);
            if (slot == TextTable.NO_SLOT) {
                return bound;
            }
            int rank = settled[slot];
            return rank == MatchIndex.NONE
                    ? searchIn(table.valueAt(slot), request, bound)
                    : Math.min(rank, bound);
        }
    }

    private static final class Prefix extends IndexProbe {

        private final Trie<MatchIndex> trie;

        Prefix(Attribute attribute, Trie.Reading reading, Map<String, MatchIndex> filed) {
            super(attribute, filed);
            this.trie = new Trie<>(reading, filed);
        }

        @Override
        int search(String text, RequestView request, int bound) {
            int best = bound;
            for (Trie.Node<MatchIndex> node = trie.root();
                    node != null;
                    node = trie.step(node, text)) {
                best = searchIn(node.value(), request, best);
            }
            return best;
        }
    }

    private static final class Contains extends IndexProbe {

        private final LiteralAutomaton<MatchIndex> automaton;

        Contains(Attribute attribute, Map<String, MatchIndex> filed) {
            super(attribute, filed);
            this.automaton = new LiteralAutomaton<>(filed);
        }

        @Override
        int search(String text, RequestView request, int bound) {
            int best = bound;
            LiteralAutomaton.State<MatchIndex> state = automaton.start();
            for (int i = 0; i < text.length(); i++) {
                state = automaton.next(state, text.charAt(i));
                for (LiteralAutomaton.State<MatchIndex> key = state;
                        key != null;
                        key = key.shorter()) {
                    best = searchIn(key.value(), request, best);
                }
            }
            return best;
        }
    }
}

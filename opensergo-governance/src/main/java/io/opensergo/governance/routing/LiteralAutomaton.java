package io.opensergo.governance.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable automaton of Aho and Corasick: finds all keys that occur anywhere in a text in one
 * pass over it, no matter how many keys there are.
 *
 * @param <V> what the keys stand for
 */
final class LiteralAutomaton<V> {

    private final State<V> start = new State<>();

    /** Takes keys that are not empty. */
    LiteralAutomaton(Map<String, V> entries) {
        entries.forEach(this::insert);
        link().forEach(State::freeze);
    }

    private void insert(String key, V value) {
        State<V> state = start;
        for (int i = 0; i < key.length(); i++) {
            state = state.draft.computeIfAbsent(key.charAt(i), c -> new State<>());
        }
        state.value = value;
    }

    /** Says of each state, level by level, where a text goes on that does not fit it any longer. */
    private List<State<V>> link() {
        List<State<V>> all = new ArrayList<>();
        Deque<State<V>> queue = new ArrayDeque<>();
        queue.add(start);
        while (!queue.isEmpty()) {
            State<V> state = queue.remove();
            all.add(state);
            state.draft.forEach(
                    (c, child) -> {
                        child.fallback = fallback(state, c);
                        child.shorter =
                                child.fallback.value == null
                                        ? child.fallback.shorter
                                        : child.fallback;
                        queue.add(child);
                    });
        }
        return all;
    }

    /** Returns the state of the longest end of a child's text that is the start of a key. */
    private State<V> fallback(State<V> parent, char c) {
        State<V> state = parent;
        while (state != start) {
            state = state.fallback == null ? start : state.fallback;
            State<V> child = state.draft.get(c);
            if (child != null) {
                return child;
            }
        }
        return start;
    }

    /** Returns the state before a text. */
    State<V> start() {
        return start;
    }

    /** Returns the state after one more character. */
    State<V> next(State<V> state, char c) {
        State<V> from = state;
        State<V> child = from.children.get(c);
        while (child == null && from.fallback != null) {
            from = from.fallback;
            child = from.children.get(c);
        }
        return child == null ? start : child;
    }

    /** The longest end of a text that is the start of a key. */
    static final class State<V> {

        private SortedMap<Character, State<V>> draft = new TreeMap<>();
        private CharMap<State<V>> children = new CharMap<>(draft);

        /** Where to look if no child fits; {@code null} at the start only. */
        private @Nullable State<V> fallback;

        private @Nullable State<V> shorter;
        private @Nullable V value;

        private void freeze() {
            children = new CharMap<>(draft);
            draft = new TreeMap<>();
        }

        /** What the text stands for, or {@code null} if it is no whole key. */
        @Nullable V value() {
            return value;
        }

        /** Returns the next shorter end of the text that is a whole key, or {@code null}. */
        @Nullable State<V> shorter() {
            return shorter;
        }
    }
}

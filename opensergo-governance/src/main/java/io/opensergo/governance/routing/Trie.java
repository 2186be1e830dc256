package io.opensergo.governance.routing;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An immutable radix trie: finds all keys that a text starts with in one walk along the text.
 *
 * @param <V> what the keys stand for
 */
final class Trie<V> {

    /** How texts are read. */
    enum Reading {
        FORWARD,
        /** Without regard to case; keys have no capitals. */
        FORWARD_IGNORING_CASE,
        /** From their end and without regard to case; keys are reversed and have no capitals. */
        BACKWARD_IGNORING_CASE;

        char at(String text, int index) {
            return switch (this) {
                case FORWARD -> text.charAt(index);
                case FORWARD_IGNORING_CASE -> AsciiCase.lower(text.charAt(index));
                case BACKWARD_IGNORING_CASE ->
                        AsciiCase.lower(text.charAt(text.length() - 1 - index));
            };
        }
    }

    private final Reading reading;
    private final Node<V> root;

    Trie(Reading reading, Map<String, V> entries) {
        this.reading = reading;
        List<Map.Entry<String, V>> keys = List.copyOf(new TreeMap<>(entries).entrySet());
        this.root = Node.build(keys, 0, keys.size(), 0, 0);
    }

    /** Returns where walks start, at the empty text. */
    Node<V> root() {
        return root;
    }

    /** Returns the child whose label goes on in a text that the node's own text starts. */
    @Nullable Node<V> step(Node<V> node, String text) {
        int from = node.end;
        if (from >= text.length()) {
            return null;
        }
        Node<V> child = node.get(reading.at(text, from));
        if (child == null || child.end > text.length()) {
            return null;
        }
        if (child.end == from + 1) {
            return child;
        }
        if (reading == Reading.FORWARD) {
            return text.startsWith(child.label, from) ? child : null;
        }
        for (int i = 1; i < child.label.length(); i++) {
            if (reading.at(text, from + i) != child.label.charAt(i)) {
                return null;
            }
        }
        return child;
    }

    /** Returns the value of the longest key that a text starts with and is longer than. */
    @Nullable V longestBelow(String text) {
        V longest = null;
        for (Node<V> node = root; node != null && node.end < text.length(); ) {
            longest = node.value == null ? longest : node.value;
            node = step(node, text);
        }
        return longest;
    }

    /** A key, or what several keys start with. */
    static final class Node<V> extends CharMap<Node<V>> {

        private final String label;
        private final int end;
        private final @Nullable V value;

        private Node(
                String label, int end, @Nullable V value, SortedMap<Character, Node<V>> children) {
            super(children);
            this.label = label;
            this.end = end;
            this.value = value;
        }

        /** The length of the text from the root to here. */
        int end() {
            return end;
        }

        /** What this text stands for, or {@code null} if it is no key. */
        @Nullable V value() {
            return value;
        }

        /**
         * Builds the node of what several keys start with.
         *
         * @param keys all of them in order, of which {@code from} to {@code to} are below this node
         * @param start the length of what the nodes above have
         * @param end the length of what these keys have in common
         */
        private static <V> Node<V> build(
                List<Map.Entry<String, V>> keys, int from, int to, int start, int end) {
            if (from == to) {
                return new Node<>("", end, null, new TreeMap<>());
            }
            String first = keys.get(from).getKey();
            boolean isKey = first.length() == end;
            SortedMap<Character, Node<V>> children = new TreeMap<>();
            int next = isKey ? from + 1 : from;
            while (next < to) {
                int groupStart = next;
                char branch = keys.get(next).getKey().charAt(end);
                while (next < to && keys.get(next).getKey().charAt(end) == branch) {
                    next++;
                }
                int common =
                        commonLength(keys.get(groupStart).getKey(), keys.get(next - 1).getKey());
                children.put(branch, build(keys, groupStart, next, end, common));
            }
            return new Node<>(
                    first.substring(start, end),
                    end,
                    isKey ? keys.get(from).getValue() : null,
                    children);
        }

        private static int commonLength(String one, String other) {
            int length = 0;
            while (length < one.length()
                    && length < other.length()
                    && one.charAt(length) == other.charAt(length)) {
                length++;
            }
            return length;
        }
    }
}

package io.opensergo.reliability;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was done to the system under test, of which the last part is told if it fails. */
final class FaultLog {

    private static final int TAIL = 60;

    private final long startNanos = System.nanoTime();
    private final Deque<String> tail = new ArrayDeque<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    /** Notes an event; what is before the first space is what it is counted by. */
    synchronized void add(String event) {
        counts.merge(event.split(" ", 2)[0], 1, Integer::sum);
        tail.add("%7d ms %s".formatted((System.nanoTime() - startNanos) / 1_000_000, event));
        if (tail.size() > TAIL) {
            tail.remove();
        }
    }

    synchronized List<String> tail() {
        return List.copyOf(tail);
    }

    /** Returns how often each kind of event was. */
    synchronized Map<String, Integer> counts() {
        return Map.copyOf(counts);
    }
}

package io.opensergo.controlplane;

import java.util.HashMap;
import java.util.Map;

/** How many connections are open, in all and from each address. For any number of threads. */
final class Connections {

    private final int limit;
    private final int limitPerAddress;
    private final Map<String, Integer> perAddress = new HashMap<>();
    private int total;

    Connections(int limit, int limitPerAddress) {
        this.limit = limit;
        this.limitPerAddress = limitPerAddress;
    }

    /** Lets a connection in and returns whether it may stay. */
    synchronized boolean admit(String address) {
        if (total >= limit || perAddress.getOrDefault(address, 0) >= limitPerAddress) {
            return false;
        }
        perAddress.merge(address, 1, Integer::sum);
        total++;
        return true;
    }

    /** Takes note that a connection that was let in is closed. */
    synchronized void closed(String address) {
        perAddress.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
        total--;
    }

    synchronized int open() {
        return total;
    }
}

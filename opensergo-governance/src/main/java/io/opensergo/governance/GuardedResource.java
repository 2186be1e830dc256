package io.opensergo.governance;

/**
 * What a protection is of: requests of one name that go one way. Those that come in and those that
 * go out may have one name, and have budgets, breakers and counts of their own all the same.
 */
record GuardedResource(String name, TrafficDirection direction) {

    boolean isInbound() {
        return direction == TrafficDirection.INBOUND;
    }

    /**
     * Returns what a store of global limits calls it: the name, with {@code outbound } before that
     * of requests that go out.
     */
    String storeName() {
        return isInbound() ? name : "outbound " + name;
    }
}
